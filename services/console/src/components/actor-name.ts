import { useQuery } from '@tanstack/react-query';
import { tokensQuery } from '../api/queries.js';

const TOKEN = /^token:/;

/** Names of those who act by a token, where the reader may see the tokens; the word "a token" otherwise, never a bare id. */
export function useActorNames(actors: readonly string[]): (actor: string) => string {
  const asked = actors.some((actor) => TOKEN.test(actor));
  const tokens = useQuery({ ...tokensQuery(), enabled: asked, retry: false, staleTime: 60_000 });
  return (actor) => {
    if (!TOKEN.test(actor)) return actor === 'system' ? 'Throughline' : actor;
    return tokens.data?.items.find((token) => token.id === actor.replace(TOKEN, ''))?.name ?? `token ${actor.replace(TOKEN, '').slice(-6)}`;
  };
}
