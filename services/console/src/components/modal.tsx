import { type ReactElement, type ReactNode, useEffect, useRef } from 'react';

/** The platform's own dialog: focus trap, Escape and inert background come with it. */
export function Modal({ label, onClose, children }: { readonly label: string; readonly onClose: () => void; readonly children: ReactNode }): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // A dialog of text takes the focus itself; one with a field to type in has put it there.
    if (element && !element.querySelector('input[type="text"], input:not([type])')) element.focus();
    return () => element?.close();
  }, []);
  return (
    <dialog ref={dialog} className="modal" tabIndex={-1} aria-label={label} onClose={onClose} onClick={(event) => { if (event.target === dialog.current) onClose(); }}>
      {children}
    </dialog>
  );
}
