import { describe, expect, it } from '@jest/globals';
import { canonicalPurl, purlOf } from './purl.js';

describe('package URLs', () => {
  it.each([
    ['pkg:rpm/rhel/zlib@1.2.11?arch=x86_64', 'pkg:rpm/redhat/zlib@1.2.11?arch=x86_64'], ['pkg:rpm/amazon/zlib@1', 'pkg:rpm/amzn/zlib@1'], ['pkg:rpm/alma/zlib@1', 'pkg:rpm/almalinux/zlib@1'],
    ['pkg:PyPI/Django_REST@1', 'pkg:pypi/django-rest@1'], ['pkg:npm/@acme/ui@1', 'pkg:npm/%40acme/ui@1'], ['pkg:deb/debian/bash@5', 'pkg:deb/debian/bash@5'], ['no purl', ''],
  ])('%s is %s', (text, canonical) => {
    expect(canonicalPurl(text)).toBe(canonical);
    expect(canonicalPurl(canonical)).toBe(canonical);
  });

  it.each([['redhat', 'rhel'], ['amazon', 'amzn'], ['alma', 'alma'], ['sles', 'sles'], ['oracle', 'ol']])('of %s are spelled as those that tools write with %s', (manager, namespace) => {
    expect(canonicalPurl(`pkg:rpm/${namespace}/zlib@1`)).toBe(purlOf(manager, 'zlib', '1'));
  });
});
