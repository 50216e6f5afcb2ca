/**
 * Files of a repository that we read: who owns it, what Backstage says of it, and how its images are made.
 * GitHub looks for CODEOWNERS in these places, in this order, and takes the first
 * (https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners).
 */
export const CODEOWNERS_PATHS = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'] as const;
export const CATALOG_PATHS = ['catalog-info.yaml', 'catalog-info.yml'] as const;

const DOCKERFILE = /^(?:(?:[\w-]+\.)?(?:Dockerfile|Containerfile)|(?:Dockerfile|Containerfile)\.[\w.-]+)$/i;
/** Copies of other projects and of tests, whose images this repository does not make. */
const ELSEWHERE = /(?:^|\/)(?:node_modules|vendor|third_party|testdata|fixtures|\.devcontainer)\//;

export const isDockerfile = (path: string): boolean => DOCKERFILE.test(path.slice(path.lastIndexOf('/') + 1)) && !ELSEWHERE.test(path);

export const isReadFile = (path: string): boolean =>
  (CODEOWNERS_PATHS as readonly string[]).includes(path) || (CATALOG_PATHS as readonly string[]).includes(path) || isDockerfile(path);
