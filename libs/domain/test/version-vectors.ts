/**
 * Orders that the ecosystems publish, as facts: each chain is ascending, versions of one group are equal. All pairs of a
 * chain are compared.
 */
export interface Vectors {
  readonly chains: readonly { readonly source: string; readonly ascending: readonly (readonly string[])[] }[];
  readonly invalid: readonly string[];
}

const each = (versions: string): readonly (readonly string[])[] => versions.trim().split(/\s+/).map((group) => group.split('='));

const SEMVER = { source: 'semver.org, §11', ascending: each('1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0=1.0.0+20130313144700 2.0.0 2.1.0 2.1.1 2.1.9 2.1.10') };

export const VECTORS: Readonly<Record<string, Vectors>> = {
  npm: {
    chains: [SEMVER, { source: 'node-semver, README', ascending: [['1.2.3-alpha.3'], ['1.2.3-alpha.7'], ['v1.2.3', '1.2.3', '=v1.2.3'], ['3.4.5-alpha.9'], ['3.4.5']] }],
    invalid: ['1', '1.2', '1.2.3.4', '01.2.3', '1.2.3-01', 'latest', '', '1.2.3 || 2', '^1.2.3', '1.2.x'],
  },
  cargo: { chains: [SEMVER], invalid: ['1.0', 'v1.0.0', '*', '1.0.0-'] },
  golang: {
    chains: [
      SEMVER,
      { source: 'go.dev/ref/mod#versions and #pseudo-versions', ascending: each('v0.0.0-20190430073000-30950c05d534 v0.0.0-20191109021931-daa7c04131f5 v0.1.0 v0.1.1-0.20190429073117-b5426c86b553 v0.1.1 v1=v1.0.0 v1.2.3-pre v1.2.3-pre.0.20191109021931-daa7c04131f5 v1.2.3=1.2.3=v1.2.3+incompatible v1.2.4-0.20191109021931-daa7c04131f5 v2.0.5 v8.0.5-pre v8.0.5+incompatible') },
      { source: 'go.dev/doc/toolchain', ascending: each('go1.20beta1 go1.20rc1 go1.20rc2 go1.20=1.20.0 go1.20.1 go1.21rc2 1.21.0 go1.21.3 1.21.10') },
    ],
    invalid: ['v1.2.3.4', 'v01.2.3', '(devel)', 'v1-pre', ''],
  },
  nuget: {
    chains: [
      SEMVER,
      { source: 'learn.microsoft.com/nuget/concepts/package-versioning', ascending: each('1.0.1-Alpha=1.0.1-alpha 1.0.1-alpha.2 1.0.1-alpha.10 1.0.1-alpha10 1.0.1-alpha2') },
      { source: 'learn.microsoft.com/nuget/concepts/package-versioning, pre-release versions', ascending: each('1.0.1-alpha2 1.0.1-beta 1.0.1-open 1.0.1-rc.2 1.0.1-rc.10 1.0.1-zzz 1.0.1=1.0.01=1.0.1.0=1.0.1+git 1.0.1.1') },
    ],
    invalid: ['1.0.0.0.0', 'v1.0.0', '1.0-', '[1.0,2.0)'],
  },
  pypi: {
    chains: [
      { source: 'PEP 440, "Summary of permitted suffixes and relative ordering"', ascending: each('1.dev0=1.0.dev0 1.0.dev456 1.0a1 1.0a2.dev456 1.0a12.dev456 1.0a12 1.0b1.dev456 1.0b2 1.0b2.post345.dev456 1.0b2.post345 1.0rc1.dev456 1.0rc1 1.0=1.0.0=v1.0 1.0+abc.5 1.0+abc.7 1.0+5 1.0.post456.dev34 1.0.post456 1.0.15 1.1.dev1') },
      { source: 'PEP 440, "Version epochs"', ascending: each('1.0 1.1 2.0 2013.10 2014.04 1!1.0 1!1.1 1!2.0') },
      { source: 'PEP 440, "Normalization"', ascending: [['1.1a1', '1.1.alpha-1', '1.1A1'], ['1.1b0', '1.1b', '1.1-beta'], ['1.1rc1', '1.1c1', '1.1.pre.1', '1.1-preview_1'], ['1.1', '01.1', '1.1.0.0'], ['1.1+ubuntu.1', '1.1+ubuntu-1', '1.1+ubuntu_1'], ['1.1.post2', '1.1-2', '1.1.rev2', '1.1-r2', '1.1post2']] },
    ],
    invalid: ['1.0-', 'french toast', '1.0+a+', '1.0+_foobar', '', '1.0.x', '==1.0'],
  },
  maven: {
    chains: [
      { source: 'maven.apache.org/pom.html, "Version Order Specification"', ascending: [['1-sp-1'], ['1-ga-1', '1-1'], ['1.1']] },
      { source: 'the same, qualifiers', ascending: [['1-alpha-1', '1-a1', '1a1'], ['1-beta'], ['1-milestone'], ['1-rc', '1-cr'], ['1-snapshot', '1-SNAPSHOT'], ['1', '1.ga', '1-ga', '1-0', '1.0', '1.0.0', '1-final', '1.0-release', '1.0.0-0.0.0'], ['1-sp'], ['1-foo', '1.foo', '1.0.0-foo.0.0'], ['1-foo2'], ['1-foo10'], ['1-1'], ['1.1']] },
      { source: 'ComparableVersionTest of Apache Maven, qualifiers', ascending: each('1-alpha2snapshot 1-alpha2 1-alpha-123 1-beta-2 1-beta123 1-m2 1-m11 1-rc 1-cr2 1-rc123 1-SNAPSHOT 1 1-sp 1-sp2 1-sp123 1-abc 1-def 1-pom-1 1-1-snapshot 1-1 1-2 1-123') },
      { source: 'ComparableVersionTest of Apache Maven, numbers', ascending: each('2.0 2.0.a 2-1 2.0.2 2.0.123 2.1.0 2.1-a 2.1b 2.1-c 2.1-1 2.1.0.1 2.2 2.123 11.a2 11.a11 11.b2 11.b11 11.m2 11.m11 11 11.a 11b 11c 11m') },
      { source: 'ComparableVersionTest, MNG-5568, MNG-6572, MNG-6964', ascending: each('1-0.alpha 1-0.beta 1=001 6.1.0rc3 6.1.0 6.1H.5-beta 20190126.230843 1234567890.12345 123456789012345.1H.5-beta 12345678901234567890.1H.5-beta') },
      { source: 'versions in use', ascending: each('2.9.10 2.9.10.1 2.9.10.8 2.12.0-rc1 2.12.0 2.13.4.2 31.1-android 31.1-jre 32.0.0-android 32.0.0-jre') },
    ],
    invalid: ['LATEST', 'RELEASE', '${revision}', '[1.0,2.0)', '', '1.0 beta'],
  },
  gem: {
    chains: [
      { source: 'docs.ruby-lang.org, Gem::Version', ascending: each('0.9 1.0.a.2 1.0.a9 1.0.a10=1.0.a.10 1.0.b1 1.0=1=1.0.0 1.1.beta9 1.1.beta10 1.1 1.9 1.10') },
      { source: 'rubygems.org, platform and pre-release suffixes', ascending: each('1.0.0-1=1.0.0.pre.1 1.0.0 1.13.0.rc1 1.13.0 1.13.10') },
    ],
    invalid: ['', 'v1.0', '1.0..1', 'junk', '1.0 beta', '~> 1.0'],
  },
  deb: {
    chains: [
      { source: 'deb-version(7) and Debian Policy §5.6.12', ascending: each('1.0~beta1~svn1245 1.0~beta1 1.0 1.0a 1.0+b1 1.0.1 1:0.1 1:1.0') },
      { source: 'Debian Policy, parts with a tilde', ascending: each('1~~ 1~~a 1~ 1=1-0=0:1 1a') },
      { source: 'deb-version(7), numbers by value', ascending: each('1.2.3-1 1.2.3-1+deb11u1 1.2.3-1+deb11u2 1.2.3-1+deb11u10') },
      { source: 'versions in use', ascending: each('3.0.11-1~deb12u1 3.0.11-1~deb12u2 3.0.11-1 3.0.13-0ubuntu3 3.0.13-0ubuntu3.1 3.0.13-0ubuntu3.10') },
    ],
    invalid: ['', 'unstable', '1:', 'a:1.0', '1.0_1', '1.0-', '1.0 1'],
  },
  rpm: {
    chains: [
      { source: 'rpmvercmp.at of RPM', ascending: each('xyz.4 xyz10 xyz10.1 1.0~rc1~git123 1.0~rc1 1.0~rc2 1.0 1.0a 1.0aa 2.0=2_0 2.0.1 2.0.1a 4.999.9 5.0 5.5p1 5.5p2 5.5p10 5.6p1 6.0 6.0.rc1 6.5p1 8 10a1 10a2 10b2 10xyz 10.1=10.0001 10.0039') },
      { source: 'rpmvercmp.at of RPM, caret', ascending: each('1.0~rc1 1.0~rc1^git1 1.0 1.0^ 1.0^git1~pre 1.0^git1 1.0^git2 1.0^20160101 1.0^20160102 1.0.1 1.01=1.1') },
      { source: 'rpm-version(7), epoch and release', ascending: each('1.0 1.0-1=0:1.0-1 1.0-1.el8 1.0-2.el8 1.0-10.el8 1.1-1.el8 1:0.5-1') },
      { source: 'versions in use', ascending: each('1:1.1.1k-7.el8_6 1:1.1.1k-9.el8_7 1:1.1.1k-12.el8_9 1:3.0.7-16.el9_2') },
    ],
    invalid: ['', '-', 'a:1', '1-2-3', '1.0 2'],
  },
  apk: {
    chains: [
      { source: 'version.data of apk-tools, suffixes', ascending: each('0.1.0_alpha_pre2 0.1.0_alpha 0.1.0_alpha2 0.1.3_alpha 0.8_beta1 0.8_beta2 1.0.0_pre20191002222144-r0 1.0.0_pre20210530193627-r0 1.0.0') },
      { source: 'version.data of apk-tools, patches and letters', ascending: each('1.0_p9-r0 1.0_p10-r0 1.1_alpha1 1.1 1.1a 1.3_pre1-r1 1.3-r0 1.3a 1.3.1-r0 1.3.2 1.7 1.7b 1.8.5 1.8.5_p2 2.3.0b-r1 2.3.0b-r4 2.3.1') },
      { source: 'version.data of apk-tools, decimal fractions', ascending: each('0.0.16 0.17 0.94 0.98 1.00_beta2 1.00 1.02.07 1.02.10-r1 1.06-r1 1.06-r2 1.07-r1 1.07.5 1.2.07.8 1.2.12.04 1.2.12.05 006 087-r1 103 104-r9 104-r11') },
      { source: 'version.data of apk-tools, revisions', ascending: each('1.23 1.23-r1 3.0.0-r2 5b-r9 6b-r7 10-r1 021109-r3 20040923-r2 20050718-r1 20050718-r2') },
    ],
    invalid: ['', '1.0bc', '23_foo', 'r1', '1.0-1', '1.0_alpha-', '1.0-rX'],
  },
  composer: {
    chains: [
      { source: 'getcomposer.org/doc/articles/versions.md, stabilities', ascending: [['1.0-dev', '1.0.0-dev'], ['1.0-alpha1', '1.0.0.0-a1', 'v1.0-alpha.1'], ['1.0-beta'], ['1.0-beta2', '1.0b2'], ['1.0-RC1-dev'], ['1.0-RC1', '1.0rc1'], ['1.0', '1.0.0.0', 'v1.0.0', '1.0-stable'], ['1.0-patch1', '1.0-p1', '1.0pl1'], ['1.0.1']] },
      { source: 'php.net, version_compare', ascending: each('5.1 5.2 5.10.0 5.10.1') },
    ],
    invalid: ['dev-main', '1.x-dev', '', '1.0.0.0.0', '^1.0', '1.0-unknown'],
  },
};
