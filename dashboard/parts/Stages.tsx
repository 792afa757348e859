/** A way of several steps, and where one stands on it. */
export function Stages({ names, at }: { names: readonly string[]; at: number }) {
  return (
    <ol class="stages" aria-label="Stages">
      {names.map((name, index) => (
        <li
          key={name}
          class={index < at ? 'stage-done' : index === at ? 'stage-now' : ''}
          {...(index === at ? { 'aria-current': 'step' as const } : {})}
        >
          {name}
          <span class="unseen">{index < at ? ', done' : index === at ? ', now' : ', to come'}</span>
        </li>
      ))}
    </ol>
  );
}
