import type { ReactNode } from 'react';

/** Small signs, 24 × 24, drawn with the text's colour. They stand beside a word or in a button with a name. */

const Icon = ({ children }: { readonly children: ReactNode }): ReactNode => (
  <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    {children}
  </svg>
);

export const ClockIcon = (): ReactNode => (
  <Icon>
    <circle cx="12" cy="12" r="9" />
    <path d="M12 7v5.2l3.4 2" />
  </Icon>
);
export const ArrowUpIcon = (): ReactNode => (
  <Icon>
    <path d="M12 20V5M5.5 11.5L12 5l6.5 6.5" />
  </Icon>
);
export const ArrowDownIcon = (): ReactNode => (
  <Icon>
    <path d="M12 4v15M5.5 12.5L12 19l6.5-6.5" />
  </Icon>
);
export const NoAnswerIcon = (): ReactNode => (
  <Icon>
    <path d="M7 20V6M3 10l4-4 4 4" />
    <path d="M14.5 10.2c0-2 1.4-3.2 3.1-3.2s3 1.200 3 2.900c0 2.300-3 2.400-3 4.800M17.600 18.600v.2" />
  </Icon>
);
export const CheckCircleIcon = (): ReactNode => (
  <Icon>
    <circle cx="12" cy="12" r="10" className="fill" />
    <path d="M7.200 12.300l3.300 3.300 6.300-6.900" className="cutline" />
  </Icon>
);
export const DoubleCheckIcon = (): ReactNode => (
  <Icon>
    <path d="M2 12.800l4.500 4.500L15 7.500M10.500 16.200l1.500 1.100L21.500 7.500" />
  </Icon>
);
export const DeadIcon = (): ReactNode => (
  <Icon>
    <rect x="2.500" y="2.500" width="19" height="19" rx="3" className="fill" />
    <path d="M8 8l8 8M16 8l-8 8" className="cutline" />
  </Icon>
);
export const StuckIcon = (): ReactNode => (
  <Icon>
    <path d="M12 2.500L23 21.500H1z" className="fill" />
    <path d="M12 9v6M12 17.800v.2" className="cutline" />
  </Icon>
);
export const RetryWaitIcon = (): ReactNode => (
  <Icon>
    <path d="M20 12a8 8 0 1 1-2.600-5.900M20 3.500V8h-4.500" />
  </Icon>
);
export const InfoIcon = (): ReactNode => (
  <Icon>
    <circle cx="12" cy="12" r="9" />
    <path d="M12 11v6M12 7.300v.2" />
  </Icon>
);
export const FolderIcon = (): ReactNode => (
  <Icon>
    <path d="M3 19V5.500h6.500l2 2.500H21v11z" />
  </Icon>
);
export const GearIcon = (): ReactNode => (
  <Icon>
    <circle cx="12" cy="12" r="3.200" />
    <path d="M12 2.500v3M12 18.500v3M2.500 12h3M18.500 12h3M5.300 5.300l2.100 2.100M16.600 16.600l2.100 2.100M18.700 5.300l-2.100 2.100M7.400 16.600l-2.100 2.100" />
  </Icon>
);
export const SystemThemeIcon = (): ReactNode => (
  <Icon>
    <circle cx="12" cy="12" r="9" />
    <path d="M12 3a9 9 0 0 1 0 18z" className="fill" />
  </Icon>
);
export const SunIcon = (): ReactNode => (
  <Icon>
    <circle cx="12" cy="12" r="4.200" />
    <path d="M12 2v2.500M12 19.500V22M2 12h2.500M19.500 12H22M4.900 4.900l1.800 1.800M17.300 17.300l1.800 1.800M19.100 4.900l-1.800 1.800M6.700 17.300l-1.800 1.800" />
  </Icon>
);
export const MoonIcon = (): ReactNode => (
  <Icon>
    <path d="M20.500 14.500A9 9 0 0 1 9.500 3.500a9 9 0 1 0 11 11z" />
  </Icon>
);
export const PlusIcon = (): ReactNode => (
  <Icon>
    <path d="M12 5v14M5 12h14" />
  </Icon>
);
export const MinusIcon = (): ReactNode => (
  <Icon>
    <path d="M5 12h14" />
  </Icon>
);
export const FitIcon = (): ReactNode => (
  <Icon>
    <path d="M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5" />
  </Icon>
);
export const BoxesIcon = (): ReactNode => (
  <Icon>
    <rect x="3" y="4" width="11" height="9" />
    <rect x="12" y="12" width="9" height="8" strokeDasharray="2.500 2.500" />
  </Icon>
);
export const EnlargeIcon = (): ReactNode => (
  <Icon>
    <path d="M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7" />
  </Icon>
);
export const ReduceIcon = (): ReactNode => (
  <Icon>
    <path d="M13 5v6h6M13 11l7-7M11 19v-6H5M11 13l-7 7" />
  </Icon>
);
export const PreviousIcon = (): ReactNode => (
  <Icon>
    <path d="M15 5l-7 7 7 7" />
  </Icon>
);
export const NextIcon = (): ReactNode => (
  <Icon>
    <path d="M9 5l7 7-7 7" />
  </Icon>
);
export const CloseIcon = (): ReactNode => (
  <Icon>
    <path d="M6 6l12 12M18 6L6 18" />
  </Icon>
);
export const PictureIcon = (): ReactNode => (
  <Icon>
    <rect x="3" y="4.500" width="18" height="15" rx="1.500" />
    <circle cx="8.500" cy="10" r="1.600" />
    <path d="M4 18l5.500-5 3.500 3 3.500-4 4 4.500" />
  </Icon>
);
export const EyeIcon = (): ReactNode => (
  <Icon>
    <path d="M2 12s3.600-6.500 10-6.500S22 12 22 12s-3.600 6.500-10 6.500S2 12 2 12z" />
    <circle cx="12" cy="12" r="2.800" />
  </Icon>
);
export const KeyIcon = (): ReactNode => (
  <Icon>
    <circle cx="7.500" cy="15.500" r="4.500" />
    <path d="M10.800 12.200L20 3M16 7l3 3" />
  </Icon>
);
export const UnlockedIcon = (): ReactNode => (
  <Icon>
    <rect x="4.500" y="11" width="15" height="10" rx="1.500" />
    <path d="M8 11V7.500a4 4 0 0 1 7.800-1.200" />
  </Icon>
);
export const OverviewIcon = (): ReactNode => (
  <Icon>
    <path d="M4 4h7v9H4zM13 4h7v5h-7zM13 11h7v9h-7zM4 15h7v5H4z" />
  </Icon>
);
export const BalanceIcon = (): ReactNode => (
  <Icon>
    <path d="M12 3v18M7 21h10M4 7h16M4 7l-2.500 7a3.500 3.500 0 0 0 5 0zM20 7l-2.500 7a3.500 3.500 0 0 0 5 0z" />
  </Icon>
);
export const CheckListIcon = (): ReactNode => (
  <Icon>
    <path d="M3 6l1.500 1.500L7.500 4.500M3 13l1.500 1.500 3-3M3 20l1.500 1.500 3-3M11 6h10M11 13h10M11 20h10" />
  </Icon>
);
export const CloudIcon = (): ReactNode => (
  <Icon>
    <path d="M7 19a4.500 4.500 0 0 1-.500-9 6 6 0 0 1 11.500 1.500A3.800 3.800 0 0 1 17.500 19z" />
  </Icon>
);
export const StorageIcon = (): ReactNode => (
  <Icon>
    <rect x="3" y="4" width="18" height="7" rx="1.500" />
    <rect x="3" y="13" width="18" height="7" rx="1.500" />
    <path d="M7 7.500v.1M7 16.500v.1M11 7.500h6M11 16.500h6" />
  </Icon>
);
export const SpeedIcon = (): ReactNode => (
  <Icon>
    <path d="M4 18.500a9.500 9.500 0 1 1 16 0M12 14l4.500-5.500" />
  </Icon>
);
export const SimilarIcon = (): ReactNode => (
  <Icon>
    <rect x="3" y="3" width="12" height="12" rx="1.500" />
    <path d="M9 18.500V21h12V9h-2.500" strokeDasharray="2.500 2.500" />
  </Icon>
);
export const TrashIcon = (): ReactNode => (
  <Icon>
    <path d="M4 6.500h16M9 6.500V3.500h6v3M6 6.500l1 14h10l1-14M10 10.500v6M14 10.500v6" />
  </Icon>
);
export const ExportIcon = (): ReactNode => (
  <Icon>
    <path d="M12 15V3.500M7.500 8L12 3.500 16.500 8M4 14v6.500h16V14" />
  </Icon>
);
export const CopyIcon = (): ReactNode => (
  <Icon>
    <rect x="8" y="8" width="13" height="13" rx="1.500" />
    <path d="M16 8V3H3v13h5" />
  </Icon>
);
export const PrintIcon = (): ReactNode => (
  <Icon>
    <path d="M7 8V3h10v5M7 17H3V8h18v9h-4M7 14h10v7H7z" />
  </Icon>
);
export const DroppedIcon = (): ReactNode => (
  <Icon>
    <path d="M12 3v10M7.500 9L12 13.500 16.500 9M4 18h3M10.500 18h3M17 18h3M4 21.500h3M10.500 21.500h3M17 21.500h3" />
  </Icon>
);
export const CameraIcon = (): ReactNode => (
  <Icon>
    <path d="M3 7.500h4.500L9.500 5h5l2 2.500H21V19H3z" />
    <circle cx="12" cy="13" r="3.600" />
  </Icon>
);
export const ShutterIcon = (): ReactNode => (
  <Icon>
    <circle cx="12" cy="12" r="9.500" />
    <circle cx="12" cy="12" r="5.500" className="fill" />
  </Icon>
);
export const TestShotIcon = (): ReactNode => (
  <Icon>
    <path d="M3 8V3.500h5M16 3.500h5V8M21 16v4.500h-5M8 20.500H3V16" />
    <circle cx="12" cy="12" r="3.500" />
  </Icon>
);
export const PauseIcon = (): ReactNode => (
  <Icon>
    <path d="M8 5v14M16 5v14" strokeWidth="3.500" />
  </Icon>
);
export const PlayIcon = (): ReactNode => (
  <Icon>
    <path d="M7 4.500l12 7.500-12 7.500z" className="fill" />
  </Icon>
);
export const SearchIcon = (): ReactNode => (
  <Icon>
    <circle cx="10.500" cy="10.500" r="6.500" />
    <path d="M15.500 15.500L21 21" />
  </Icon>
);
export const SaveIcon = (): ReactNode => (
  <Icon>
    <path d="M4 4h13l3 3v13H4zM8 4v5h7V4M8 20v-6h8v6" />
  </Icon>
);
export const LoadIcon = (): ReactNode => (
  <Icon>
    <path d="M12 3.500V15M7.500 10.500L12 15l4.500-4.500M4 14v6.500h16V14" />
  </Icon>
);
export const ChevronIcon = (): ReactNode => (
  <Icon>
    <path d="M9 5.500l6.500 6.500L9 18.500" />
  </Icon>
);
export const NetworkIcon = (): ReactNode => (
  <Icon>
    <path d="M9 3.500h6v5H9zM3 15.500h6v5H3zM15 15.500h6v5h-6zM12 8.500v3.500M6 15.500V12h12v3.500" />
  </Icon>
);
