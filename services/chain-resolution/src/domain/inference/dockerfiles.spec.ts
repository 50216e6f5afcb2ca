import { describe, expect, it } from '@jest/globals';
import { urn } from '@throughline/domain';
import type { Urn } from '@throughline/domain';
import fc from 'fast-check';
import { dockerfileClaims, dockerfilesOf, historyOf } from './dockerfiles.js';
import { dockerfileInstructions, historyInstructions } from './instructions.js';
import { similarity } from './similarity.js';

const DOCKERFILE = `# syntax=docker/dockerfile:1
FROM node:22 AS build
WORKDIR /src
RUN npm ci && npm run build:all

FROM node:22-slim AS base
ENV NODE_ENV=production
RUN --mount=type=cache,target=/var/cache apt-get update \\
    && apt-get install -y tini   libpq5

FROM base
ARG VERSION
WORKDIR /app
COPY --from=build --chown=node:node /src/dist/payments ./dist
COPY config/payments.yaml /etc/payments/
USER node
EXPOSE 8080 9090
LABEL version=1
ENTRYPOINT ["tini", "--"]
CMD ["node", "dist/payments.js", "--port=8080"]
`;
const BASE = ['/bin/sh -c #(nop) ADD file:aaaa in / ', '/bin/sh -c #(nop)  CMD ["bash"]', 'ENV NODE_VERSION=22.1.0', 'RUN /bin/sh -c groupadd node # buildkit', 'CMD ["node"]'];
const HISTORY = [
  ...BASE, 'ENV NODE_ENV=production', 'RUN /bin/sh -c apt-get update     && apt-get install -y tini   libpq5 # buildkit', 'ARG VERSION', 'WORKDIR /app',
  'COPY /src/dist/payments ./dist # buildkit', 'COPY config/payments.yaml /etc/payments/ # buildkit', 'USER node', 'EXPOSE map[8080/tcp:{} 9090/tcp:{}]', 'LABEL version=1',
  'ENTRYPOINT ["tini" "--"]', 'CMD ["node" "dist/payments.js" "--port=8080"]',
];
const image = urn(`image:registry.example/acme/pay@sha256:${'1'.repeat(64)}`);
const repository = (name: string): Urn => urn(`repo:github.com/acme/${name}`);
const claims = (files: Record<string, string>, history: readonly string[] = HISTORY): unknown[][] =>
  dockerfileClaims(image, historyInstructions(history), Object.entries(files).flatMap(([name, text]) => dockerfilesOf(repository(name), { dockerfiles: [{ path: 'Dockerfile', text }] })), 7)
    .map((claim) => [claim.from, claim.confidence]);

describe('instructions', () => {
  it('of the last stage with those that it continues, in the words of the history', () => {
    expect(dockerfileInstructions(DOCKERFILE)).toEqual(historyInstructions(HISTORY.slice(BASE.length)));
    expect(dockerfileInstructions(DOCKERFILE).map((item) => item.word)).toEqual(['ENV', 'RUN', 'WORKDIR', 'COPY', 'COPY', 'USER', 'EXPOSE', 'ENTRYPOINT', 'CMD']);
  });
  it.each([
    ['RUN ["make", "install"]', 'RUN make install'], ['CMD node server.js', 'CMD ["/bin/sh" "-c" "node server.js"]'], ['ENV A b', 'ENV A=b'], ['ENV A="b c"', 'ENV A=b c'],
    ['RUN echo $X', 'RUN |1 X=secret /bin/sh -c echo $X # buildkit'], ['RUN make', '/bin/sh -c make'], ['EXPOSE 80', '/bin/sh -c #(nop)  EXPOSE 80'], ['WORKDIR /app/', 'WORKDIR /app'],
    ['USER app', '/bin/sh -c #(nop)  USER app'], ['CMD ["a"]', '/bin/sh -c #(nop)  CMD ["a"]'],
  ])('%s', (dockerfile, history) => { expect(historyInstructions([history])).toEqual(dockerfileInstructions(`FROM x\n${dockerfile}`)); });
  it('garbage gives none or some, and never throws', () => {
    fc.assert(fc.property(fc.string(), fc.array(fc.string()), (text, history) => { dockerfileInstructions(text); dockerfileInstructions(`FROM a\nRUN <<EOF\n${text}`); historyInstructions(history); }));
    expect(dockerfileInstructions(`FROM a\n${'RUN x\n'.repeat(9999)}`).length).toBeLessThanOrEqual(200);
    expect(historyOf({ history: [1, null, { created_by: 'RUN x' }, 'RUN y'] })).toEqual(['RUN x', 'RUN y']);
  });
});

describe('likeness', () => {
  it('is 1 for the making itself, symmetric in order, between 0 and 1', () => {
    expect(similarity(dockerfileInstructions(DOCKERFILE), historyInstructions(HISTORY))).toMatchObject({ score: 1, matched: 9, total: 9, telling: true });
    const some = fc.array(fc.record({ word: fc.constantFrom('RUN', 'COPY', 'ENV'), text: fc.constantFrom('a', 'b', 'c') }), { maxLength: 12 });
    fc.assert(fc.property(some, some, (a, b) => {
      const { score, matched } = similarity(a, b);
      return score >= 0 && score <= 1 && matched <= Math.min(a.length, b.length) && (a.length === 0 || similarity(a, a).score === 1);
    }));
  });
});

describe('E6, E7: links by Dockerfile', () => {
  it('the one that made it, at most 0.6, never verified', () => {
    expect(claims({ pay: DOCKERFILE, other: 'FROM x\nRUN make other\nCOPY other /o\nCMD ["/o"]' })).toEqual([[repository('pay'), 0.6]]);
    const [link] = dockerfileClaims(image, historyInstructions(HISTORY), dockerfilesOf(repository('pay'), { dockerfiles: [{ path: 'a/Dockerfile', text: DOCKERFILE }] }), 7);
    expect(link).toMatchObject({ kind: 'produced', to: image, method: 'dockerfile', verified: false, starts: [7], evidence: { dockerfile: 'a/Dockerfile', matched: 9, total: 9, score: 1 } });
  });
  it('one that changed a little since is like enough, one that changed much is not', () => {
    expect(claims({ pay: DOCKERFILE.replace('USER node', 'USER app') })).toEqual([[repository('pay'), expect.any(Number)]]);
    expect(claims({ pay: DOCKERFILE.replace(/^(COPY|CMD|RUN).*$/gm, 'RUN something else') })).toEqual([]);
  });
  it('two that are the same: both as candidates', () => {
    expect(claims({ pay: DOCKERFILE, fork: DOCKERFILE })).toEqual([[repository('fork'), 0.4], [repository('pay'), 0.4]]);
  });
  it('what every second Dockerfile says is a candidate at most', () => {
    const common = 'FROM node:22\nWORKDIR /app\nCOPY package.json ./\nRUN npm ci\nCOPY . .\nCMD ["npm", "start"]';
    expect(claims({ any: common }, [...BASE, 'WORKDIR /app', 'COPY package.json ./ # buildkit', 'RUN /bin/sh -c npm ci # buildkit', 'COPY . . # buildkit', 'CMD ["npm" "start"]'])).toEqual([[repository('any'), 0.4]]);
  });
  it('an image that was built upon another is not the other\'s', () => {
    expect(claims({ pay: DOCKERFILE }, [...HISTORY, ...Array.from({ length: 8 }, (_, i) => `RUN /bin/sh -c install extension ${i} # buildkit`)])).toEqual([]);
  });
});
