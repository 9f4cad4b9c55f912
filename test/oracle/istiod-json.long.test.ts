import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect} from '@jest/globals'
import {proxyConfig} from '../support/proxy-config-run.js'
import {hasShared, SHARED} from '../support/shared-data.js'
import {skipUnless} from '../support/skip-unless.js'

/** Dumps of the same proxy by istiod (written by Go's own protobuf JSON) and by Envoy, as [istiod's, Envoy's]. */
function pairs(): readonly (readonly [string, string])[] {
  if (!hasShared('mesh', 'istiod')) return []
  const root = join(SHARED, 'mesh', 'istiod')
  return readdirSync(root).flatMap(istiod =>
    readdirSync(join(root, istiod, 'config_dump')).flatMap((file): (readonly [string, string])[] => {
      const [, pod = '', namespace = ''] = /^(.*)\.([^.]+)\.json$/.exec(file) ?? []
      const envoy = join(SHARED, 'mesh', 'pods', `${namespace}.${pod}`, 'envoy', 'config_dump.json')
      const own = join(root, istiod, 'config_dump', file)
      return existsSync(envoy) && readFileSync(own, 'utf8').startsWith('{') ? [[own, envoy]] : []
    }),
  )
}

/** Resources by name, as `-o json` prints them. */
async function resources(command: string, path: string): Promise<ReadonlyMap<string, unknown>> {
  const {text} = await proxyConfig(
    ['proxy-config', command, '-o', 'json', '-f', path],
    file => readFileSync(file),
    '2026-11-20T19:00:00Z',
  )
  const list = JSON.parse(text) as readonly {readonly name?: string}[]
  return new Map(list.map(resource => [resource.name ?? '', resource]))
}

const found = pairs()
const {test: compare} = skipUnless(found.length > 0, 'the recordings in ../shared/data')

describe("documents made of Envoy's words are those istiod writes itself", () => {
  compare.each(found.length === 0 ? [['', '']] : found.map(pair => [...pair]))('%s', async (istiod, envoy) => {
    let compared = 0
    for (const command of ['cluster', 'listener', 'route']) {
      const theirs = await resources(command, istiod)
      const ours = await resources(command, envoy)
      for (const [name, resource] of theirs) {
        if (!ours.has(name)) continue
        compared++
        expect(ours.get(name)).toEqual(resource)
      }
    }
    expect(compared).toBeGreaterThan(5)
  })
})
