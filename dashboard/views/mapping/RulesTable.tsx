import type { Rule } from './rulesOf';

/** Which value of the person goes where, and when. */
export function RulesTable({ rules, tryOut }: { rules: readonly Rule[]; tryOut: (expression: string) => void }) {
  return (
    <div class="scroll-x">
      <table class="table table-stacks" aria-label="Rules of the mapping">
        <thead>
          <tr>
            <th scope="col">GoTo gets</th>
            <th scope="col">From Entra</th>
            <th scope="col">Kind</th>
            <th scope="col">When</th>
            <th scope="col">
              <span class="unseen">Try it</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rules.map((rule, index) => (
            <tr key={index}>
              <th scope="row">
                {rule.target}
                {rule.matching !== null && <span class="badge">Matching {rule.matching}</span>}
              </th>
              <td>
                <code class="expression">{rule.expression || '–'}</code>
                {rule.defaultValue !== null && <div class="quiet">If empty: “{rule.defaultValue}”</div>}
              </td>
              <td class="nowrap">{rule.kind}</td>
              <td class="nowrap">{rule.isOnlyOnCreation ? 'Only on creation' : 'Always'}</td>
              <td class="number">
                {rule.expression !== '' && (
                  <button
                    type="button"
                    class="link"
                    aria-label={`Try the expression of ${rule.target}`}
                    onClick={() => tryOut(rule.expression)}
                  >
                    Try
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
