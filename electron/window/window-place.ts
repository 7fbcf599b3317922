type Size = { readonly width: number; readonly height: number };
type Area = Size & { readonly x: number; readonly y: number };

export type WindowPlace = Area & {
  readonly minWidth: number;
  readonly minHeight: number;
  /** The screen has no more room than this: the window fills it, and the window system finds the room for its title. */
  readonly fills: boolean;
};

const wished: Size = { width: 1_280, height: 800 };
const least: Size = { width: 1_000, height: 640 };
/** Window systems put a title above, outside of what the program asks for: about this high on the larger ones. */
const titleHeight = 40;

/** Where the window opens: in the middle of what the taskbar leaves of the screen, and never beyond it. */
export function placeIn({ x, y, width, height }: Area): WindowPlace {
  const fills = width < wished.width || height < wished.height + titleHeight;
  const own = fills ? { width, height } : wished;
  return {
    x: x + Math.floor((width - own.width) / 2),
    y: y + Math.floor((height - own.height) / 2),
    ...own,
    minWidth: Math.min(least.width, width),
    minHeight: Math.min(least.height, Math.max(1, height - titleHeight)),
    fills,
  };
}

/** Whether a window lies with any part of it beyond what there is of its screen. */
export const liesOutside = (window: Area, area: Area): boolean =>
  window.x < area.x ||
  window.y < area.y ||
  window.x + window.width > area.x + area.width ||
  window.y + window.height > area.y + area.height;
