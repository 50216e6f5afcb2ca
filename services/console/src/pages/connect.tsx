import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useState } from 'react';
import { change } from '../api/client.js';
import { connectorQuery } from '../api/queries.js';
import type { Connector } from '../api/types.js';
import { Failure, Skeletons } from '../components/bits.js';
import { NodeIcon } from '../components/node-icon.js';
import { Permissions } from '../components/permissions.js';
import { bodyOf, type ConnectorForm, type Field, formOf, FORMS, isSecret, missingOf, type Values, valuesOf } from '../lib/connector-forms.js';
import '../styles/chain.css';

/** Sets up a connector or changes one. */
export function Connect(): ReactElement {
  const { kind, id } = useSearch({ from: '/app/collect/connect' }) as { readonly kind?: string; readonly id?: string };
  const form = formOf(kind ?? '');
  const stored = useQuery({ ...connectorQuery(id ?? ''), enabled: id !== undefined, refetchInterval: false, staleTime: Number.POSITIVE_INFINITY });
  return (
    <div className="page">
      <Link to="/collect/connectors" className="back">← Connectors</Link>
      <header className="page-head"><div className="stack-s"><h1>{form ? (id ? `Edit ${id}` : `Connect ${form.name}`) : 'Add a connector'}</h1>{form && <p className="lead muted">{form.brings}</p>}</div></header>
      {!form ? <Kinds />
        : id && stored.isError ? <Failure error={stored.error} what="This connector" retry={() => void stored.refetch()} />
          : id && !stored.data ? <Skeletons rows={6} height={64} />
            : <div className="connect-grid"><Form key={id ?? kind} form={form} stored={stored.data} /><Permissions kind={form.kind} /></div>}
    </div>
  );
}

const ICON: Readonly<Record<string, string>> = { aws: 'service', github: 'repository', gitlab: 'repository', kubernetes: 'node' };

function Kinds(): ReactElement {
  return <ul className="tiles">{FORMS.map((form) => <li key={form.kind}><Link to="/collect/connect" search={{ kind: form.kind }} className="panel tile kind-tile"><span className="row"><NodeIcon kind={ICON[form.kind] ?? 'node'} size={20} /><span className="strong">{form.name}</span></span><span className="muted">{form.brings}</span></Link></li>)}</ul>;
}

function Form({ form, stored }: { readonly form: ConnectorForm; readonly stored: Connector | undefined }): ReactElement {
  const [id, setId] = useState(stored?.id ?? form.kind);
  const [values, setValues] = useState<Values>(() => valuesOf(form, stored?.config ?? {}));
  const [tried, setTried] = useState(false);
  const client = useQueryClient();
  const navigate = useNavigate();
  const save = useMutation({
    mutationFn: () => change('PUT', `/connectors/${encodeURIComponent(id)}`, bodyOf(form, values, stored?.config)),
    onSuccess: async () => { await client.invalidateQueries({ queryKey: ['connectors'] }); void navigate({ to: '/collect/connectors/$id', params: { id } }); },
  });
  const missing = missingOf(form, id, values);
  const submit = (event: FormEvent): void => { event.preventDefault(); setTried(true); if (!missing) save.mutate(); };
  const set = (path: string) => (text: string): void => setValues({ ...values, [path]: text });
  const input = (field: Field): ReactElement => <Input key={field.path} field={field} value={values[field.path] ?? ''} stored={stored?.secrets.includes(field.path.split('.')[0] ?? '') ?? false} onChange={set(field.path)} />;
  const advanced = form.fields.filter((field) => field.advanced);
  return (
    <form className="panel panel-body stack connect-form" onSubmit={submit} autoComplete="off" noValidate>
      <div className="form-field"><label htmlFor="connector-id">Id</label><input id="connector-id" className="field" value={id} disabled={stored !== undefined} onChange={(event) => setId(event.target.value)} spellCheck={false} /><p className="meta">A slug, unique in the installation; it stands in the webhook's address.</p></div>
      {form.fields.filter((field) => !field.advanced).map(input)}
      {advanced.length > 0 && <details open={advanced.some((field) => values[field.path])}><summary>Advanced: point it elsewhere (admins only)</summary><div className="stack form-advanced">{advanced.map(input)}</div></details>}
      <div className="row-wrap"><button type="submit" className="button primary" disabled={save.isPending}>{stored ? 'Save' : 'Connect'}</button><Link to="/collect/connectors" className="button quiet">Cancel</Link></div>
      <div role="alert">{tried && missing && <p className="problem">{missing}</p>}{save.isError && <p className="problem">{save.error.message}</p>}</div>
    </form>
  );
}

function Input({ field, value, stored, onChange }: { readonly field: Field; readonly value: string; readonly stored: boolean; readonly onChange: (text: string) => void }): ReactElement {
  const id = `field-${field.path}`;
  const shared = { id, className: 'field', value, placeholder: isSecret(field) && stored ? 'stored; empty keeps it' : field.placeholder, spellCheck: false, required: field.required, 'aria-describedby': `${id}-hint`, autoComplete: 'off' } as const;
  const area = field.type === 'rows' || field.type === 'pem' || field.type === 'area';
  return (
    <div className="form-field">
      <label htmlFor={id}>{field.label}{field.required && <span className="muted"> (needed)</span>}{isSecret(field) && <span className="muted"> (write-only)</span>}</label>
      {area ? <textarea {...shared} className="field mono-text" rows={field.type === 'rows' ? 3 : 4} onChange={(event) => onChange(event.target.value)} />
        : <input {...shared} type={field.type === 'secret' ? 'password' : 'text'} autoComplete={field.type === 'secret' ? 'new-password' : 'off'} onChange={(event) => onChange(event.target.value)} />}
      <p className="meta" id={`${id}-hint`}>{field.hint}</p>
    </div>
  );
}
