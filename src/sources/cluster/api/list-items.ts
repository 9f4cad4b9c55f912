import {listOf} from '../../../formats/decode.js'
import {answerJson} from './answer-json.js'

/** The part of a list before its first item, as the API server writes lists of its own kinds; no object lies within the metadata of a list. */
const HEAD = /^\{"kind":"\w{1,100}List","apiVersion":"[^"\\]{1,200}","metadata":\{[^{}]{0,4096}\},"items":\[/

/** How each item begins: of its own kinds the server leaves out what the list says. */
const ITEM_HEAD = /^\{(?:"apiVersion":"[^"\\]{1,200}","kind":"\w{1,100}",)?"metadata":\{/

/** How long both may be together. */
const HEAD_BYTES = 8192

/** Pieces of a page that are not JSON on their own before it is parsed whole: each is read again with the next. */
const MOST_TORN = 16

/** A list: its fields without its items, and the items one after the other, each parsed when it is asked for. */
export interface ListBody {
  readonly fields: unknown
  readonly items: Iterable<unknown>
}

/**
 * Reads a list so that one item at a time is held, where the API server wrote it (its kind and metadata come first); any other JSON is parsed whole.
 * A page of a fleet is parsed to several times its bytes, of which hardly anything is kept.
 */
export function readList(body: Buffer, path: string): ListBody {
  const text = body.toString('latin1', 0, HEAD_BYTES)
  const head = HEAD.exec(text)?.[0] ?? ''
  const itemHead = ITEM_HEAD.exec(text.slice(head.length))?.[0]
  const fields = parsed(`${head}]}`)
  const end = endOfItems(body)
  if (itemHead === undefined || fields === undefined || end === undefined) return wholeList(body, path)
  return {fields: fields.value, items: itemsOf(body, {from: head.length, end, between: `},${itemHead}`}, path)}
}

/** Where the items of a list lie in its bytes, and the text in which one of them ends and the next begins. */
interface Items {
  readonly from: number
  readonly end: number
  readonly between: string
}

function wholeList(body: Buffer, path: string): ListBody & {readonly items: readonly unknown[]} {
  const fields = answerJson({body}, path)
  return {fields, items: listOf(fields, 'items')}
}

/** The place of the bracket that closes the items, when nothing but the list's own brace and white space follows it. */
function endOfItems(body: Buffer): number | undefined {
  const [tail] = /\]\}\s{0,8}$/.exec(body.toString('latin1', Math.max(0, body.length - 10))) ?? []
  return tail === undefined ? undefined : body.length - tail.length
}

/**
 * The items between two places of a list. A boundary may lie within an item, whose first piece is then no JSON and goes on; after many of those, and
 * where the last piece is none, the whole is parsed, so that the answer is always what JSON says it is.
 */
function* itemsOf(body: Buffer, {from, end, between}: Items, path: string): Generator<unknown> {
  let [start, at, count, torn] = [from, from, 0, 0]
  while (start < end) {
    const found = body.indexOf(between, at)
    const stop = found < 0 || found >= end ? end : found + 1
    const item = parsed(body.toString('utf8', start, stop))
    if (item !== undefined) {
      count += 1
      start = stop + 1
      yield item.value
    } else {
      torn += 1
      if (stop === end || torn > MOST_TORN) {
        yield* wholeList(body, path).items.slice(count)
        return
      }
    }
    at = stop
  }
}

function parsed(text: string): {readonly value: unknown} | undefined {
  try {
    return {value: JSON.parse(text)}
  } catch {
    return undefined
  }
}
