import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {gunzipSync} from 'node:zlib'
import {describe, expect, test} from '@jest/globals'
import {readProto} from '../../../src/formats/envoy-proto/read.js'
import {HttpConnectionManager} from '../../../src/model/envoy/http.js'
import {SCHEMAS} from '../../../src/model/envoy/registry.js'
import type {Field, Read, Schema} from '../../../src/model/envoy/schema.js'
import {notDescribed} from '../../support/envoy-inventory.js'
import {sampleSource} from '../../support/served.js'
import {SHARED, sharedTest} from '../../support/shared-data.js'

/** Known and left undecided: what uses them is named when it matters. */
const LEFT_UNDECIDED: readonly string[] = []

function jsonIn(path: string): unknown {
  const bytes = readFileSync(path)
  return JSON.parse((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'))
}

function dumpsIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, {recursive: true, encoding: 'utf8'})
    .filter(name => /(?:^|\/)config_dump\.json(?:\.gz)?$/.test(name))
    .map(name => join(folder, name))
}

function missingIn(dumps: readonly unknown[]): readonly string[] {
  const all = new Set(dumps.flatMap(dump => [...notDescribed(dump).keys()]))
  return [...all].filter(each => !LEFT_UNDECIDED.includes(each)).sort()
}

function sourceBelow(folder: string): string {
  const files = readdirSync(folder, {recursive: true, encoding: 'utf8'}).filter(name => name.endsWith('.ts'))
  return files.map(name => readFileSync(join(folder, name), 'utf8')).join('\n')
}

/** Every message that is described, those inside others too. */
function described(): ReadonlyMap<string, Schema<Read>> {
  const found = new Map<string, Schema<Read>>()
  const look = (schema: Schema<Read>) => {
    if (found.has(schema.name)) return
    found.set(schema.name, schema)
    Object.values(schema.fields).forEach(lookIn)
  }
  const lookIn = (field: Field<unknown>): void => {
    if (field.form === 'message') look(field.schema())
    if (field.form === 'list' || field.form === 'map') lookIn(field.of)
  }
  for (const schema of SCHEMAS.values()) look(schema)
  return found
}

test('every field that is read decides something, or is declared to be without effect', () => {
  const words = new Set(['src/analysis/envoy', 'src/formats/envoy-proto'].map(sourceBelow).join('\n').match(/\w+/g))
  const unused = [...described()].flatMap(([name, {fields}]) =>
    Object.entries(fields)
      .filter(([field, {form}]) => form !== 'ignored' && !words.has(field))
      .map(([field]) => `${name} ${field}`),
  )
  expect(unused).toEqual([])
})

describe('every field and type of the dumps is read or declared to be without effect', () => {
  test('in the recorded cases', () => {
    const dumps = dumpsIn('test/fixtures/envoy-cases')
    expect(dumps.length).toBeGreaterThan(20)
    expect(missingIn(dumps.map(jsonIn))).toEqual([])
  })

  test('in the sample mesh', async () => {
    const source = await sampleSource()
    const pods = await source.objects({kind: 'Pod'})
    const dumps: unknown[] = []
    for (const {metadata} of pods.ok ? pods.value : []) {
      const {name = '', namespace = ''} = metadata
      const artifact = await source.evidence('envoy.config_dump', {name, namespace})
      if (artifact.ok) dumps.push(JSON.parse(Buffer.from(artifact.value.bytes).toString('utf8')))
    }
    expect(dumps.length).toBeGreaterThan(3)
    expect(missingIn(dumps)).toEqual([])
  })

  sharedTest(
    'in the larger recordings',
    () => {
      const dumps = ['envoy', 'mesh', 'large'].flatMap(name => dumpsIn(join(SHARED, name)))
      expect(missingIn(dumps.map(jsonIn))).toEqual([])
    },
    60_000,
  )

  test('a new field and a new type are found', () => {
    const manager = readProto(HttpConnectionManager, {stat_prefix: 'x', brand_new: 1}, '/x')
    expect(manager?.unread).toEqual(['brand_new'])
    const listener = {
      brand_new: true,
      filter_chains: [{filters: [{name: 'x', typed_config: {'@type': 'type.googleapis.com/envoy.new.Filter'}}]}],
    }
    const dump = {configs: [{static_listeners: [{listener}]}]}
    expect([...notDescribed(dump).keys()]).toEqual(['field /static_listeners/brand_new', 'type new.Filter'])
  })
})
