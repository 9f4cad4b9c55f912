import {expect, test} from '@jest/globals'
import {applyPatch} from 'rfc6902'
import {patchOf} from '../../../src/analysis/config-diff/json-patch.js'
import {normalForm} from '../../../src/analysis/config-diff/normal-form.js'
import {isObject} from '../../../src/formats/decode.js'
import {pairDiff} from '../../../src/reports/diff/pair.js'
import {type DumpConfig, readConfig} from '../../../src/reports/diff/proxy-config.js'
import {sampleSource} from '../../support/served.js'

/** Numbers below a limit, the same in every run (a linear congruential generator; Numerical Recipes' constants). */
function randomly(seed: number): (limit: number) => number {
  let state = seed >>> 0
  return limit => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}

async function sampleDump(name: string): Promise<string> {
  const source = await sampleSource()
  const answer = await source.evidence('envoy.config_dump', {namespace: 'demo', name})
  if (!answer.ok) throw new Error(answer.gap.detail)
  return Buffer.from(answer.value.bytes).toString('utf8')
}

/** A dump as diff compares it. */
export function read(text: string): DumpConfig {
  const config = readConfig({id: 'envoy.config_dump', bytes: Buffer.from(text), provenance: {}})
  if (!config.ok) throw new Error(config.gap.detail)
  return config.value
}

/** The normal document of docs/control-plane.md. */
function documentOf(config: DumpConfig): Record<string, unknown> {
  const entries = [...config.sections].map(([section, resources]) => [
    section,
    Object.fromEntries([...resources].map(([name, resource]) => [name, normalForm(resource)])),
  ])
  return structuredClone(Object.fromEntries(entries))
}

function containers(value: unknown, found: (unknown[] | Record<string, unknown>)[] = []) {
  if (Array.isArray(value) || isObject(value)) {
    if (Object.keys(value).length > 0) found.push(value as unknown[] | Record<string, unknown>)
    for (const item of Object.values(value)) containers(item, found)
  }
  return found
}

/** Damages a dump in one of its resources: something changed, gone, doubled, swapped, or of another type. */
function mutate(dump: {configs: Record<string, unknown>[]}, below: (limit: number) => number): void {
  const lists = dump.configs.flatMap(section =>
    Object.entries(section).flatMap(([name, list]) => (/^dynamic_/.test(name) && Array.isArray(list) ? [list] : [])),
  )
  const list = lists[below(lists.length)] ?? []
  const places = containers(list[below(list.length)])
  const place = places[below(places.length)]
  if (place === undefined) return
  if (Array.isArray(place)) {
    const at = below(place.length)
    const way = below(4)
    if (way === 0) place.splice(at, 1)
    if (way === 1) place.splice(at, 0, structuredClone(place[below(place.length)]))
    if (way === 2) place.reverse()
    if (way === 3) place[at] = `changed ${below(1000)}`
    return
  }
  const keys = Object.keys(place)
  const key = keys[below(keys.length)] ?? ''
  const values = [null, true, `changed ${below(1000)}`, {name: 'x'}, [], [{}], below(100)]
  if (below(3) === 0) delete place[key]
  else place[key] = values[below(values.length)]
}

/** Damages a real dump so often, and applies the patch between the two. */
export function damagedCopies(count: number): void {
  test(`${count} damaged copies of a real dump: no failure, and the patch, applied by an independent library, gives the other side`, async () => {
    const text = await sampleDump('productpage-v1-565846b976-fvswz')
    const original = read(text)
    const base = documentOf(original)
    const below = randomly(20_261_120)
    let different = 0
    for (let round = 0; round < count; round++) {
      const dump = JSON.parse(text)
      for (let count = 0; count <= below(4); count++) mutate(dump, below)
      const changed = read(JSON.stringify(dump))
      const {comparison} = pairDiff('x', ['a', original], ['b', changed], {mask: false})
      const document = structuredClone(base)
      const failures = applyPatch(document, patchOf(comparison.differences) as Parameters<typeof applyPatch>[1])
      expect(failures.filter(failure => failure !== null)).toEqual([])
      const wanted = documentOf(changed)
      if (JSON.stringify(document) !== JSON.stringify(wanted)) expect(document).toEqual(wanted)
      if (comparison.differences.length > 0) different++
    }
    expect(different).toBeGreaterThan(count * 0.6)
  }, 120_000)
}
