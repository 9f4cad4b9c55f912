/** The five pages, by their number. */
export const PAGES = {
  '000': '000_079a4ce2d29cfbc1.txt',
  '001': '001_f0e6f353a6d7b5ea.txt',
  '002': '002_a5c737006caff5fd.txt',
  '003': '003_45509516f8e4a551.txt',
  '004': '004_a2d16ebbfb9987d6.txt',
} as const

export type Page = keyof typeof PAGES

/** Text of a page: all of it, or from the line that holds one text to the line that holds another, with replacements made in it. */
export interface Piece {
  readonly page: Page
  readonly from?: string
  readonly to?: string
  readonly edit?: readonly (readonly [string, string])[]
}

/** What is asked about an item of the pages, and words the answer must have, in this order of reading: the page's own, or facts of its time. */
export interface Item {
  readonly id: string
  readonly title: string
  /** One input per `-f`: pieces stand in Chinese prose, as in their page; a string is a file as it is. */
  readonly input: readonly (Piece | string)[]
  readonly command: string
  readonly says: readonly RegExp[]
  readonly never?: readonly RegExp[]
  readonly exit?: readonly number[]
}

/** Asks the whole page. */
export function page(of: Page, id: string, title: string, command: string, ...says: readonly RegExp[]): Item {
  return {id, title, input: [{page: of}], command, says}
}

/** Asks a part of a page, from the line that holds one text to the line that holds another. */
export function part(id: string, title: string, input: Piece, command: string, ...says: readonly RegExp[]): Item {
  return {id, title, input: [input], command, says}
}

/** Asks without an input: words to explain, or the sample where the page shows a command and no output. */
export function asked(id: string, title: string, command: string, ...says: readonly RegExp[]): Item {
  return {id, title, input: [], command, says}
}
