/** What the page's scripts exchange: the answer of /api/boards (built by page_spec.py), rows, and the page's own state. */

type Language = "ja" | "en";

interface Tenant {
  id: string;
  name: string;
  language: Language;
  timezone: string;
  currency: string;
  /** The month in which its fiscal year begins. */
  fiscal_start: number;
  /** By language and unit: the formats of its numbers; the first whose `at_least` the number reaches applies. */
  formats: Record<Language, Record<string, NumberFormat[]>>;
}

/** A number between a prefix and a suffix, divided first; see formats.py. */
interface NumberFormat {
  options: Intl.NumberFormatOptions;
  prefix: string;
  suffix: string;
  at_least: number;
  divisor: number;
}

interface Column {
  name: string;
  unit: string;
  ja: string;
  en: string;
  n: string;
  minimum: number;
  leads: string;
  dimension: string;
  hidden: boolean;
  tally: boolean;
}

interface Panel {
  id: string;
  ja: string;
  en: string;
  kind: "tiles" | "table" | "bar" | "stack" | "line" | "funnel" | "plot" | "triangle";
  columns: Column[];
  basis: string;
  kpi: string;
  /** The dimensions by which the panel can be filtered; of others it shows the whole company. */
  filtered_by: string[];
  kpis: string[];
  minimum_n: number;
  width: number;
  note_ja: string;
  note_en: string;
  none_ja: string;
  none_en: string;
  /** Vega-Lite specifications. */
  chart: Record<Language, any>;
}

interface Board {
  id: string;
  ja: string;
  en: string;
  for_ja: string;
  for_en: string;
  dimensions: string[];
  panels: Panel[];
}

interface Kpi {
  ja: string;
  en: string;
  unit: string;
  kind: string;
  minimum_n: number;
  better: -1 | 0 | 1;
  cases: boolean;
  explain_ja: string;
  explain_en: string;
  standards: string[];
}

interface PageSpec {
  tenants: Tenant[];
  boards: Board[];
  kpis: Record<string, Kpi>;
  /** By language and unit: the name of each value; `thin` is one text. */
  words: Record<Language, Record<string, any>>;
  /** By language: the labels of the page itself. */
  labels: Record<Language, Labels>;
  instant: { locale: string; options: Intl.DateTimeFormatOptions };
}

/** The values of a panel's columns, in their order: text, numbers or null, by the unit of the column. */
type Row = any[];

type Labels = Record<string, string>;

type BoardSelection = {
  board: string;
  tenant: string;
  dimension: string;
  member: string;
  from: string;
  to: string;
  lang: string;
  /** What numbers are compared with: `previous`, `year`, or the first day of a period of the same length. */
  compare: string;
  breach?: string;
};

interface Page {
  spec: PageSpec;
  selection: BoardSelection;
  language: Language;
  labels: Labels;
  tenant: Tenant;
  board: Board;
  /** Whether the dark theme is in use. */
  dark(): boolean;
  urlOf(change: Partial<BoardSelection>): string;
  navigate(selection: BoardSelection): void;
  /** Navigate within the page, unless the reader opens the link elsewhere. */
  followLink(event: MouseEvent, change: Partial<BoardSelection>): void;
  render(): void;
  /** Explain the KPIs as they are counted on a basis. */
  showDefinitions(ids: string[], basis: string): void;
}

/** How a reader looks at a table: what is searched for, whether all rows are shown, and the index of the column they are sorted by. */
interface TableView {
  query: string;
  all: boolean;
  sorted: number;
  ascending: boolean;
}

/** A panel on the screen; `removed` once the reader has left its board. */
interface Frame {
  section: HTMLElement;
  body: HTMLElement;
  panel: Panel;
  /** What stands beside the title: basis, smallest sample, and how periods in progress are drawn. */
  facts: string;
  table: TableView;
  removed?: boolean;
  rowsJson?: string;
  /** The instant up to which everything counted is in the rows; null without numbers. */
  asOf?: string | null;
  rows?: Row[];
  drawing?: Promise<void> | null;
  /** The Vega view. */
  view?: any;
  finalize?: (() => void) | null;
  /** Saves a picture of the chart; disabled while nothing is drawn. */
  pictureButton?: HTMLButtonElement;
}

/** A row as the chart reads it: by column name, with the fields that vega.py lists. */
type Datum = Record<string, any>;

/** The value of a custom property of the style sheet, such as `--ink`. */
type Colours = (name: string) => string;

interface Window {
  vega: any;
  vegaEmbed(container: Element, spec: any, options: any): Promise<{ view: any; finalize(): void }>;
}
