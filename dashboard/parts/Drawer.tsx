import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from './Icon';

/** A native modal at the side: Escape closes it and the focus returns to where it was. */
export function Drawer({ title, close, children }: { title: string; close: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const opener = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class="dialog drawer"
      aria-labelledby="drawer-title"
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
    >
      <div class="view-head">
        <h2 id="drawer-title">{title}</h2>
        <fluent-button appearance="subtle" icon-only aria-label="Close" id="close" onClick={close}>
          <Icon name="dismiss" />
        </fluent-button>
      </div>
      {children}
    </dialog>
  );
}
