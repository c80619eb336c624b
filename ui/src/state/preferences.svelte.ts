/** How this person likes the window; kept in local storage between starts. */
import { LIST_COLUMNS, type ListColumn } from '../lib/list';

export type ThemeSetting = 'system' | 'light' | 'dark';
export type TileSize = 'small' | 'medium' | 'large';

/** Smallest side of a tile's picture in CSS px. Thumbnails hold 320 px. */
export const TILE_SIDES: Record<TileSize, number> = { small: 120, medium: 184, large: 272 };
export const TILE_SIZES = Object.keys(TILE_SIDES) as TileSize[];

const KEY = 'vitrine.preferences';

function remembered(): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    // Damaged or forbidden storage costs the settings, not the start.
    return {};
  }
}

class Preferences {
  theme = $state<ThemeSetting>('system');
  tileSize = $state<TileSize>('medium');
  /** Width of the detail pane in px; null until it was changed: a third of the window. */
  detailWidth = $state<number | null>(null);
  detailOpen = $state(false);
  /** Whether the filters are beside the grid; null until somebody chose: where there is room. */
  facetsOpen = $state<boolean | null>(null);
  /** The answer as rows with descriptions, and which of their columns. */
  isList = $state(false);
  listColumns = $state.raw<ListColumn[]>([...LIST_COLUMNS]);

  readonly #systemDark = window.matchMedia('(prefers-color-scheme: dark)');

  constructor() {
    const was = remembered();
    if (was.theme === 'light' || was.theme === 'dark') this.theme = was.theme;
    const size = TILE_SIZES.find((known) => known === was.tileSize);
    if (size) this.tileSize = size;
    if (typeof was.detailWidth === 'number' && Number.isFinite(was.detailWidth)) {
      this.detailWidth = was.detailWidth;
    }
    this.detailOpen = was.detailOpen === true;
    if (typeof was.facetsOpen === 'boolean') this.facetsOpen = was.facetsOpen;
    this.isList = was.isList === true;
    const columns: unknown = was.listColumns;
    if (Array.isArray(columns)) {
      this.listColumns = LIST_COLUMNS.filter((column) => columns.includes(column));
    }
  }

  /** Applies the theme and keeps the settings from here on. */
  start(): void {
    this.#systemDark.addEventListener('change', () => this.#applyTheme());
    this.#applyTheme();
    $effect.root(() => {
      $effect(() => {
        const { theme, tileSize, detailWidth, detailOpen, facetsOpen, isList, listColumns } = this;
        const kept = { theme, tileSize, detailWidth, detailOpen, facetsOpen, isList, listColumns };
        try {
          localStorage.setItem(KEY, JSON.stringify(kept));
        } catch {
          // Settings then last until the window closes.
        }
        this.#applyTheme();
      });
    });
  }

  /** The next larger (`1`) or smaller (`-1`) tile, if there is one. */
  resizeTiles(by: 1 | -1): void {
    this.tileSize = TILE_SIZES[TILE_SIZES.indexOf(this.tileSize) + by] ?? this.tileSize;
  }

  #applyTheme(): void {
    const system = this.#systemDark.matches ? 'dark' : 'light';
    document.documentElement.dataset.theme = this.theme === 'system' ? system : this.theme;
  }
}

export const preferences = new Preferences();
