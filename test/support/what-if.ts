import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {gunzipSync} from 'node:zlib'
import {isObject, listOf, objectOf, textOf} from '../../src/formats/decode.js'
import type {RequestChange} from '../../src/reports/what-if/report.js'
import {SHARED} from './shared-data.js'

const HOME = join(SHARED, 'whatif')

/** The recorded requests of the base, as one text. */
export function baseTraffic(): string {
  return gunzipSync(readFileSync(join(HOME, 'before.jsonl.gz'))).toString('utf8')
}

function records(text: string): readonly unknown[] {
  return text
    .split('\n')
    .filter(each => each !== '')
    .map((each): unknown => JSON.parse(each))
}

function kindOf(record: unknown): string {
  const kinds = Object.entries(objectOf(record, 'kinds') ?? {}) as [string, number][]
  return kinds.sort(([, a], [, b]) => b - a)[0]?.[0] ?? ''
}

/** The requests that were not answered alike in every pass of the base. */
export function flakyIn(before: string): ReadonlySet<string> {
  const flaky = records(before).filter(each => isObject(each) && each.flaky === true)
  return new Set(flaky.map(each => textOf(each, 'id') ?? ''))
}

export interface Judged {
  readonly right: number
  readonly leftOut: number
  /** What was said, and what really happened. */
  readonly wrong: readonly string[]
}

function idsIn(value: unknown, list: string): readonly string[] {
  return listOf(value, list).map(each => (isObject(each) ? (textOf(each, 'id') ?? '') : String(each)))
}

/** Lays predictions beside what a real mesh did under the change; requests that are not steady are left out. */
export function judgedChange(slug: string, said: readonly RequestChange[], before: string): Judged {
  const folder = join(HOME, 'changes', slug)
  const after = new Map(
    records(gunzipSync(readFileSync(join(folder, 'after.jsonl.gz'))).toString('utf8')).map(each => [
      textOf(each, 'id'),
      each,
    ]),
  )
  const changed: unknown = JSON.parse(readFileSync(join(folder, 'changed.json'), 'utf8'))
  const ids = new Set(idsIn(changed, 'changedIds'))
  const unsteady = new Set([...idsIn(changed, 'unstableAfter'), ...idsIn(changed, 'mixedAfter')])
  const flaky = flakyIn(before)
  let right = 0
  let leftOut = 0
  const wrong: string[] = []
  for (const each of said) {
    const record = after.get(each.id)
    if (record === undefined || flaky.has(each.id) || unsteady.has(each.id)) leftOut++
    else if (each.changed === ids.has(each.id) && each.after.kind === kindOf(record)) right++
    else wrong.push(`${each.id} ${each.before.kind} -> ${each.after.kind}, really ${kindOf(record)}: ${each.why}`)
  }
  return {right, leftOut, wrong}
}
