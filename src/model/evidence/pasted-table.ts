/** Which of istioctl's tables a text is. */
export type TableKind = 'cluster' | 'listener' | 'route' | 'endpoint' | 'secret' | 'proxy-status'

/** A table of istioctl as pasted by a user: its columns in order, and the cells of each row by column. */
export interface PastedTable {
  readonly kind: TableKind
  readonly columns: readonly string[]
  readonly rows: readonly PastedRow[]
  /** True when the header was not in the text and the columns follow from the cells. */
  readonly headless: boolean
  /** Lines of the text, from 1, that look like rows and could not be read. */
  readonly unread?: readonly number[]
  /** What it was read from when that is not a table of istioctl: a page of Envoy with the same facts. */
  readonly page?: string
}

export interface PastedRow {
  /** The line of the text, from 1. */
  readonly line: number
  readonly cells: Readonly<Record<string, string>>
}
