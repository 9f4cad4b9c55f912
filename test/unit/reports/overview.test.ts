import {readFileSync} from 'node:fs'
import {beforeAll, describe, expect, test} from '@jest/globals'
import {Ajv} from 'ajv'
import {Parser} from 'htmlparser2'
import type {OverviewReport} from '../../../src/reports/overview/report.js'
import {overviewView} from '../../../src/reports/overview/view.js'
import type {Source} from '../../../src/sources/source.js'
import {memorySource} from '../../support/memory-source.js'
import {overviewOf, sampleOverview} from '../../support/overview.js'
import {sampleSource} from '../../support/sample.js'

let report: OverviewReport | undefined

beforeAll(async () => {
  report = await sampleOverview()
})

function held(): OverviewReport {
  if (report === undefined) throw new Error('no report')
  return report
}

function page(of: OverviewReport): string {
  return overviewView.page?.(of) ?? ''
}

describe('the sample mesh', () => {
  test('its graph has what the proxies counted: sleep asked reviews and ratings once each, the waypoint sent six requests; the gateway leads to productpage', () => {
    const {graph} = held()
    const edges = graph.ok ? graph.value.edges : []
    expect(edges.map(({from, to, requests}) => [from.split('.')[0], to.split('.')[0], requests])).toEqual([
      ['istio-ingressgateway', 'productpage', 0],
      ['sleep', 'ratings', 1],
      ['sleep', 'reviews', 1],
      ['waypoint', 'api-v1', 4],
      ['waypoint', 'api-v2', 2],
    ])
  })

  test('the pods whose names say that they are not captured are the ones that are not', () => {
    const {interception} = held()
    const rows = interception.ok ? interception.value : []
    const open = rows.filter(({mode, inbound}) => mode === 'none' || inbound?.verdict !== 'captured')
    expect(open.map(({pod}) => pod.name.replace(/(?:-v1)?-[a-z0-9]+-[a-z0-9]+$/, '')).sort()).toEqual([
      'late',
      'sick-drift',
      'sick-noinject',
    ])
  })

  test('what was not checked stands in the first lines of every form', () => {
    const words = 'iptables-save v1.8.9 (nf_tables): Could not fetch rule set generation id'
    const text = overviewView.doc(held(), 'table')
    expect(JSON.stringify(text[0])).toContain(words)
    const markdown = overviewView.texts?.markdown?.(held()) ?? ''
    expect(markdown.indexOf('Not checked')).toBeGreaterThan(0)
    expect(markdown.indexOf('Not checked')).toBeLessThan(markdown.indexOf('| Area'))
    const [, body = ''] = page(held()).split('<main')
    expect(body.indexOf('Not checked')).toBeGreaterThan(0)
    expect(body.indexOf('Not checked')).toBeLessThan(body.indexOf('class="tile'))
  })

  test('-o json is what the published schema describes', () => {
    const validate = new Ajv({strict: true, allowUnionTypes: true}).compile(
      JSON.parse(readFileSync('docs/schemas/report.schema.json', 'utf8')),
    )
    validate(JSON.parse(JSON.stringify(overviewView.data(held()))))
    expect(validate.errors).toBeNull()
  })

  test('of a root it is not known whether istiod publishes it when that was not read', () => {
    const {certs} = held()
    const roots = certs.ok ? certs.value.roots.map(root => ({...root, published: 'unknown' as const})) : []
    expect(roots.length).toBeGreaterThan(0)
    const unread = certs.ok ? {...held(), certs: {...certs, value: {...certs.value, roots}}} : held()
    const [, table = ''] = page(unread).split('Published by istiod')
    const cells = table.slice(0, table.indexOf('</table>')).match(/<td>(?:yes|no|unknown)<\/td>/g)
    expect(cells).toEqual(roots.map(() => '<td>unknown</td>'))
  })

  test('every link leads to an element of the page, and no id is given twice', () => {
    const ids: string[] = []
    const links: string[] = []
    const controls: string[] = []
    new Parser({
      onopentag(_, {id, href, 'aria-controls': controlled, 'aria-labelledby': label}) {
        if (id !== undefined) ids.push(id)
        if (href?.startsWith('#')) links.push(href.slice(1))
        controls.push(...[controlled, label].filter(each => each !== undefined))
      },
    }).end(page(held()))
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([])
    expect(links.length).toBeGreaterThan(30)
    expect([...links, ...controls].filter(each => !ids.includes(each))).toEqual([])
  })
})

/** The sample with every text that a pod or a person chose replaced by one that would be markup. */
function hostile(source: Source): Source {
  const evil = '"><img src=x onerror=alert(1)><script>alert(2)</script>\u202e'
  return {
    ...source,
    origin: {...source.origin, label: evil},
    async objects(query) {
      const answer = await source.objects(query)
      if (!answer.ok) return answer
      const value = answer.value.map(object => ({
        ...object,
        metadata: {
          ...object.metadata,
          name: `${object.metadata.name}${evil}`,
          annotations: {...object.metadata.annotations, [evil]: evil},
        },
      }))
      return {ok: true, value}
    },
    async evidence() {
      return {ok: false, gap: {what: evil, reason: 'failed', detail: evil, hint: evil}}
    },
  }
}

describe('a mesh with hostile names', () => {
  test('makes no element and no attribute of its own', async () => {
    const source = await sampleSource()
    const text = page(await overviewOf(hostile(source)))
    const elements: string[] = []
    const handlers: string[] = []
    new Parser({
      onopentag(name, attributes) {
        elements.push(name)
        handlers.push(...Object.keys(attributes).filter(each => /^on|^style$|^src$/.test(each)))
      },
    }).end(text)
    expect(text).toContain('&lt;img src=x onerror=alert(1)&gt;')
    expect(elements.filter(name => name === 'img' || name === 'iframe')).toEqual([])
    expect(elements.filter(name => name === 'script')).toHaveLength(1)
    expect(handlers).toEqual([])
    expect(text).not.toContain('\u202e')
  })
})

test('parts that cannot be read are gaps with their reason; nothing at all is an error', async () => {
  const source = await sampleSource()
  const blind: Source = {
    ...source,
    evidence: async () => ({ok: false, gap: {what: 'evidence', reason: 'forbidden', detail: 'not for you'}}),
  }
  const partial = await overviewOf(blind)
  expect(partial.sync).toMatchObject({ok: false, gap: {reason: 'forbidden'}})
  expect(partial.check.ok).toBe(true)
  expect(partial.gaps.some(({reason}) => reason === 'forbidden')).toBe(true)
  expect(page(partial)).toContain('not for you')
  const words = JSON.stringify(overviewView.doc(partial, 'table'))
  expect(words).toContain('["Proxies out of sync",{"text":"not checked","tone":"dim"},"not checked"]')
  await expect(overviewOf(memorySource({}))).rejects.toThrow('no mesh data could be read')
})
