import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {adminPath, nameRegex, SECTION_MASKS} from '../../../../src/sources/cluster/pods/admin-path.js'
import {skipUnless} from '../../../support/skip-unless.js'

const WHOLE = 'config_dump?include_eds'

describe('what is asked of Envoy for a question', () => {
  // The masks istioctl 1.31 sends for the same views, seen on the wire.
  test.each([
    ['clusters', 'config_dump?mask=dynamic_active_clusters,dynamic_warming_clusters,static_clusters'],
    ['listeners', 'config_dump?mask=dynamic_listeners,static_listeners'],
    ['routes', 'config_dump?mask=dynamic_route_configs,static_route_configs'],
    // istioctl leaves the time of the bootstrap out, and then shows it as missing.
    ['bootstrap', 'config_dump?mask=bootstrap,last_updated'],
    ['secrets', 'config_dump?mask=dynamic_active_secrets,dynamic_warming_secrets'],
  ])('%s: %s', (section, path) => {
    expect(adminPath(WHOLE, {sections: [section]})).toBe(path)
  })

  test('endpoints need EDS as well', () => {
    const path = 'config_dump?include_eds&mask=dynamic_endpoint_configs,static_endpoint_configs'
    expect(adminPath(WHOLE, {sections: ['endpoints']})).toBe(path)
  })

  test('Envoy leaves out a section that lacks one path of the mask, so several sections are asked whole', () => {
    expect(adminPath(WHOLE, {sections: ['bootstrap', 'listeners']})).toBe(WHOLE)
  })

  test('what the table does not know gets the whole page; other pages are never narrowed', () => {
    for (const query of [
      undefined,
      {},
      {sections: []},
      {sections: ['ecds']},
      {sections: ['clusters', 'nonsense&x=1']},
      {names: ['a']},
    ]) {
      expect(adminPath(WHOLE, query)).toBe(WHOLE)
    }
    expect(adminPath('clusters?format=json', {sections: ['clusters'], names: ['a']})).toBe('clusters?format=json')
  })

  test('names become an expression only where every section has names', () => {
    expect(adminPath(WHOLE, {sections: ['clusters'], names: ['a.b']})).toBe(
      `${adminPath(WHOLE, {sections: ['clusters']})}&name_regex=.*a%5C.b.*`,
    )
    expect(adminPath(WHOLE, {sections: ['bootstrap'], names: ['a']})).not.toContain('name_regex')
  })

  test('nothing a user types leaves the expression or the parameter', () => {
    const nasty = 'x&mask=nonsense#?.*+()[]{}|^$\\/ "\'%00é'
    const path = adminPath(WHOLE, {sections: ['clusters'], names: [nasty]})
    const query = new URLSearchParams(path.slice(path.indexOf('?')))
    expect([...query.keys()]).toEqual(['mask', 'name_regex'])
    expect(query.get('mask')).toBe(SECTION_MASKS.clusters?.join(','))
    expect(new URL(`http://localhost/${path}`).hash).toBe('')
  })

  test('the expression matches the names that hold a text, whole, and no others', () => {
    const names = [
      'outbound|9080||ratings.demo.svc.cluster.local',
      'outbound|9080||ratingsXdemo.svc',
      'a+b',
      'ab',
      'aab',
      '[x]',
      'x',
      'é',
      '',
    ]
    for (const text of ['ratings.demo', 'a+b', '[x]', '|9080|', 'é', '$', '(']) {
      const matches = new RegExp(`^(?:${nameRegex([text])})$`)
      expect(names.filter(name => matches.test(name))).toEqual(names.filter(name => name.includes(text)))
    }
    const either = new RegExp(`^(?:${nameRegex(['a+b', '[x]'])})$`)
    expect(names.filter(name => either.test(name))).toEqual(['a+b', '[x]'])
  })
})

/** Pages a real Envoy gave for masks like ours. */
const MESH = resolve('../shared/data/mesh/pods')
const here = existsSync(MESH)
const {test: withRecordings} = skipUnless(here, 'the recordings of a real Envoy in ../shared/data')

withRecordings('every field of the table is one a real Envoy writes in that section', () => {
  const fields = new Map<string, Set<string>>()
  for (const pod of readdirSync(MESH)) {
    const file = join(MESH, pod, 'envoy', 'config_dump.json')
    if (!existsSync(file)) continue
    const dump = JSON.parse(readFileSync(file, 'utf8')) as {configs: Record<string, unknown>[]}
    for (const config of dump.configs) {
      const name = /\.(\w+)ConfigDump$/.exec(String(config['@type']))?.[1]?.toLowerCase() ?? ''
      for (const field of Object.keys(config)) fields.set(name, (fields.get(name) ?? new Set()).add(field))
    }
  }
  for (const [section, masks] of Object.entries(SECTION_MASKS)) {
    const seen = fields.get(section) ?? new Set()
    // Warming resources exist for a moment only; the field stands in the protocol beside the active ones.
    expect(masks.filter(mask => !mask.includes('_warming_') && !seen.has(mask))).toEqual([])
    // And no list of resources is left out.
    const lists = [...seen].filter(field => !['@type', 'version_info', 'last_updated'].includes(field))
    expect(lists.filter(field => !masks.includes(field))).toEqual([])
  }
})
