import type { ReactElement, SVGProps } from 'react';

const PATHS = {
  today: 'M3 9h14M6 3v3M14 3v3M4 5h12a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1Zm3 8 2 2 4-4',
  findings: 'M4 5h12M4 10h12M4 15h7',
  trace: 'M2.5 14.5h4l5-9h6M4.5 14.5a2 2 0 1 1-4 0 2 2 0 0 1 4 0ZM19.5 5.500a2 2 0 1 1-4 0 2 2 0 0 1 4 0Z',
  inventory: 'm10 2 7 4v8l-7 4-7-4V6l7-4Zm0 8 7-4m-7 4L3 6m7 4v8',
  collect: 'M10 3v9m0 0 4-4m-4 4L6 8M3 13v3a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1v-3',
  admin: 'M10 12.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5ZM10 2v2.500m0 11V18M2 10h2.500m11 0H18M4.300 4.300l1.800 1.800m7.800 7.800 1.800 1.800m0-11.400-1.800 1.800m-7.800 7.800-1.800 1.800',
  search: 'M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12Zm4.500-1.500L17 17',
  copy: 'M7 7V4a1 1 0 0 1 1-1h8a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1h-3M4 7h8a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1Z',
  check: 'm4 10.500 4 4 8-9',
  close: 'm5 5 10 10M15 5 5 15',
  warning: 'M10 3 2 17h16L10 3Zm0 5.500v4M10 15v.01',
  question: 'M7.500 7.500a2.500 2.500 0 1 1 3.500 2.300c-.7.3-1 .8-1 1.700M10 14.500v.01',
  keyboard: 'M3 5h14a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1Zm2.500 3.500v.01M8.500 8.500v.01M11.500 8.500v.01M14.500 8.500v.01M6.500 12h7',
  theme: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm0-14v14m0-11.500h5.300M10 9h6.900M10 12.500h6.400',
  out: 'M12 3h4a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1h-4M9 6l-4 4 4 4m-4-4h8',
  external: 'M8 4H4v12h12v-4M11 3h6v6m0-6-8 8',
  repository: 'M6 3.500v9M6 12.500a2 2 0 1 0 0 4 2 2 0 0 0 0-4ZM14 3.500a2 2 0 1 0 0 4 2 2 0 0 0 0-4Zm0 4c0 4-8 2-8 5',
  build: 'm11 6 3-3 3 3-3 3-3-3Zm0 0-8 8 3 3 8-8',
  image: 'm10 2.500 7 3.500-7 3.500L3 6l7-3.500ZM3 10l7 3.500L17 10M3 14l7 3.500 7-3.500',
  service: 'M3 4h14v5H3V4Zm0 7h14v5H3v-5Zm3-4.500v.01M6 13.500v.01',
  globe: 'M10 17.500a7.500 7.500 0 1 0 0-15 7.500 7.500 0 0 0 0 15Zm-7.500-7.500h15M10 2.500c3 3 3 12 0 15m0-15c-3 3-3 12 0 15',
  balancer: 'M3 10h4m0 0 5-5h5m-10 5 5 5h5M7 10h10',
  team: 'M7.500 9a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Zm-5 7c0-3 2-5 5-5s5 2 5 5m.500-12a2.500 2.500 0 0 1 0 5m1.500 2.300c1.800.7 3 2.400 3 4.700',
  lock: 'M5 9h10v8H5V9Zm2 0V6.500a3 3 0 0 1 6 0V9',
  clock: 'M10 17.500a7.500 7.500 0 1 0 0-15 7.500 7.500 0 0 0 0 15ZM10 6v4l3 2',
  arrow: 'M4 10h12m-5-5 5 5-5 5',
  filter: 'M3 5h14M6 10h8M8.500 15h3',
  plus: 'M10 4v12M4 10h12',
  node: 'M10 14a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z',
} as const;
export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18, ...rest }: { readonly name: IconName; readonly size?: number } & Omit<SVGProps<SVGSVGElement>, 'name'>): ReactElement {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth={1.5} strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" {...rest}>
      <path d={PATHS[name]} />
    </svg>
  );
}
