import {expect, test} from '@jest/globals'
import {KINDS} from '../../../src/model/kube/kinds.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import {checkReport} from '../../../src/reports/check/report.js'
import {RULES} from '../../../src/rules/registry.js'
import {memorySource} from '../../support/memory-source.js'
import {oracleSize} from '../../support/oracle-size.js'
import {sampleSource} from '../../support/sample.js'
import {seeded} from '../../support/seeded.js'

type Path = readonly (string | number)[]

const OPTIONS = {
  rules: RULES,
  failOn: 'warning',
  istioNamespace: 'istio-system',
  deep: false,
  now: new Date('2026-11-20T19:00:00Z'),
} as const
/** Wrong values of a field; null, an empty key of YAML, most often. */
const WRONG_VALUES = ['x', 7, [], {}, [null], {a: null}]
/** Fields the sample mesh has, about. */
const FIELDS = 1200
const IDENTITY = ['kind', 'apiVersion', 'metadata', 'metadata.name']

function pathsOf(value: unknown, at: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [at]
  const own: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? value.map((each, index) => [index, each] as const)
    : Object.entries(value)
  return [at, ...own.flatMap(([key, each]) => pathsOf(each, [...at, key]))]
}

function withValue(value: unknown, [key, ...rest]: Path, put: unknown): unknown {
  if (key === undefined) return put
  if (Array.isArray(value)) return value.map((each, index) => (index === key ? withValue(each, rest, put) : each))
  const held = value as Readonly<Record<string, unknown>> | undefined
  return {...held, [key]: withValue(held?.[key], rest, put)}
}

/** Changes fields of the sample mesh's objects, about `usual` of them; CHECK_FUZZ_SEED and CHECK_FUZZ_SHARE choose others, and more or fewer. */
export function checkFuzz(usual: number): void {
  const size = oracleSize('CHECK_FUZZ', {seed: 2026, count: usual})
  test(`no empty or mistyped field of any object makes check fail: ${size.count} fields (${size.again})`, async () => {
    const random = seeded(size.seed)
    const source = await sampleSource()
    const all = (await Promise.all(KINDS.map(({kind}) => source.objects({kind})))).flatMap(each =>
      each.ok ? each.value : [],
    )
    const seen = new Set<string>(IDENTITY)
    const ended: string[] = []
    let asked = 0
    for (const object of all) {
      const paths = [...pathsOf(object), ['metadata', 'labels'], ['metadata', 'annotations'], ['spec'], ['status']]
      for (const path of paths) {
        const written = path.map(key => (typeof key === 'number' ? '#' : key)).join('.')
        const key = `${object.kind} ${written}`
        if (path.length === 0 || IDENTITY.includes(written) || seen.has(key)) continue
        seen.add(key)
        if (random(FIELDS) >= size.count) continue
        for (const value of [null, WRONG_VALUES[seen.size % WRONG_VALUES.length]]) {
          const changed = withValue(object, path, value) as KubeObject
          const objects = all.map(each => (each === object ? changed : each))
          const beside = objects.find(({kind, metadata}) => kind === 'Pod' && metadata.namespace === 'demo')
          const pods = object.kind === 'Pod' ? [changed] : beside === undefined ? [] : [beside]
          asked += pods.length
          try {
            await checkReport(memorySource({objects, defaultNamespace: 'demo'}), pods, OPTIONS)
          } catch (error) {
            ended.push(`${key} = ${JSON.stringify(value)}: ${String(error)}`)
          }
        }
      }
    }
    expect(ended).toEqual([])
    expect(asked).toBeGreaterThan(Math.min(size.count, FIELDS) / 2)
  }, 240_000)
}
