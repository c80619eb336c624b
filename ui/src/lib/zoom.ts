/**
 * Looking closer at a picture.
 *
 * The picture is first fitted into its frame; `scale` multiplies that, from 1
 * (whole picture) to `MAX_SCALE`, and `x`, `y` move its centre away from the
 * frame's centre, in CSS px. No edge of the picture is ever pulled further into
 * the frame than needed.
 */
export interface View {
  scale: number;
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export const MAX_SCALE = 12;
export const WHOLE: View = { scale: 1, x: 0, y: 0 };

/** The picture's size when it fits its frame; small pictures are not blown up beyond twice. */
export function fitted(picture: Size, frame: Size): Size {
  const factor = Math.min(frame.width / picture.width, frame.height / picture.height, 2);
  if (!Number.isFinite(factor) || factor <= 0) return { width: 0, height: 0 };
  return { width: picture.width * factor, height: picture.height * factor };
}

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

/** A view that is possible. */
export function settle(view: View, fit: Size, frame: Size): View {
  const scale = clamp(view.scale, 1, MAX_SCALE);
  const roomX = Math.max(0, (fit.width * scale - frame.width) / 2);
  const roomY = Math.max(0, (fit.height * scale - frame.height) / 2);
  return { scale, x: clamp(view.x, -roomX, roomX), y: clamp(view.y, -roomY, roomY) };
}

/** Zooms by a factor so that the point at (`atX`, `atY`) from the frame's centre stays under the pointer. */
export function zoomAt(
  view: View,
  factor: number,
  atX: number,
  atY: number,
  fit: Size,
  frame: Size,
): View {
  const scale = clamp(view.scale * factor, 1, MAX_SCALE);
  const ratio = scale / view.scale;
  return settle(
    { scale, x: atX - (atX - view.x) * ratio, y: atY - (atY - view.y) * ratio },
    fit,
    frame,
  );
}
