import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {formOf, rendered} from '../../../src/cli/output/output.js'
import {missing} from '../../../src/model/evidence/answer.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import {type DescribeReport, describeReport} from '../../../src/reports/describe/report.js'
import {type ServiceReport, serviceReport} from '../../../src/reports/describe/service-report.js'
import {serviceView} from '../../../src/reports/describe/service-view.js'
import {describeView} from '../../../src/reports/describe/view.js'
import {type Report, reportExitCode} from '../../../src/reports/report.js'
import type {View} from '../../../src/reports/view.js'
import type {Source} from '../../../src/sources/source.js'
import {resolvePods} from '../../../src/sources/subject.js'
import {expectGolden} from '../../support/golden.js'
import {sharedMesh} from '../../support/mesh-capture.js'
import {sampleSource} from '../../support/sample.js'
import {SHARED, sharedTest} from '../../support/shared-data.js'

const NOW = new Date('2026-11-20T19:00:00Z')
const ISTIO = {istioNamespace: 'istio-system', now: NOW}

async function described(source: Source, name: string): Promise<DescribeReport> {
  const [pod] = await resolvePods(source, {name, namespace: 'demo'})
  const ref = {namespace: pod?.metadata.namespace ?? '', name: pod?.metadata.name ?? ''}
  return await describeReport(source, ref, ISTIO)
}

async function shown<R extends Report>(report: R, view: View<R>, form?: string): Promise<string> {
  const layout = {width: 80, colour: false, headers: true}
  return String(await rendered(report, view, formOf(form, view), layout, false))
}

/** The sample with some of its objects changed, as if somebody had edited the mesh after the proxies were configured. */
function edited(
  source: Source,
  kind: string,
  change: (objects: readonly KubeObject[]) => readonly KubeObject[],
): Source {
  return {
    ...source,
    async objects(query) {
      const answer = await source.objects(query)
      return answer.ok && query.kind === kind ? {ok: true, value: change(answer.value)} : answer
    },
  }
}

function without(source: Source, ...kinds: readonly string[]): Source {
  return {
    ...source,
    objects: async query =>
      kinds.includes(query.kind)
        ? missing(`${query.kind} objects`, 'forbidden', 'no right to list')
        : source.objects(query),
  }
}

describe('pages of the sample', () => {
  test.each([
    'reviews-v1',
    'details-v1',
    'sick-noinject-v1',
    'sick-labels',
    'sick-nack-v1',
    'sick-notready-v1',
    'sick-uid-v1',
  ])('pod of deploy/%s', async name => {
    const report = await described(await sampleSource(), `deploy/${name}`)
    expectGolden(`src/reports/describe/golden/pod-${name}.txt`, await shown(report, describeView))
  })

  test.each(['productpage', 'reviews', 'details', 'ratings', 'sick-noinject', 'sick-port', 'istiod.istio-system'])(
    'Service %s',
    async word => {
      const [name = '', namespace = 'demo'] = word.split('.')
      const report = await serviceReport(await sampleSource(), name, namespace, ISTIO)
      expectGolden(`src/reports/describe/golden/service-${name}.txt`, await shown(report, serviceView))
    },
  )

  test('json and yaml have the same content, versioned', async () => {
    const report = await described(await sampleSource(), 'deploy/reviews-v1')
    const json = await shown(report, describeView, 'json')
    expectGolden('src/reports/describe/golden/pod-reviews-v1.json', json)
    const {parse} = await import('yaml')
    expect(parse(await shown(report, describeView, 'yaml'))).toEqual(JSON.parse(json))
    const service = await serviceReport(await sampleSource(), 'db', 'demo', ISTIO)
    expect(JSON.parse(await shown(service, serviceView, 'json'))).toMatchObject({
      apiVersion: 'meshctl/v1',
      kind: 'ServiceDescription',
      podsNotCaptured: ['db-1'],
      findings: [],
    })
  })
})

describe('what check finds behind a Service', () => {
  test.each([
    ['details', ['MCT1502', 'MCT1801'], 1],
    ['sick-nack', ['MCT1902'], 1],
    ['sick-protocol', ['MCT1103'], 1],
    ['sick-port', ['MCT1105', 'MCT1105'], 1],
    ['sick-noinject', ['MCT1216'], 0],
    ['reviews', [], 0],
  ])('%s', async (name, codes, exit) => {
    const report = await serviceReport(await sampleSource(), name, 'demo', ISTIO)
    expect(report.findings.map(({code}) => code)).toEqual(codes)
    expect(reportExitCode(report)).toBe(exit)
    const json = JSON.parse(await shown(report, serviceView, 'json'))
    expect(json.findings.map(({code}: {code: string}) => code)).toEqual(codes)
    const page = await shown(report, serviceView)
    for (const code of codes) expect(page).toContain(` ${code} `)
    if (codes.length === 0) expect(page).not.toContain('To look at')
  })

  test('missing data has its reason and the rules that need it, on both pages', async () => {
    const what = 'IPv4 iptables rules (nft) (for MCT1320 MCT1321 MCT1323 MCT1324)'
    const pod = await described(await sampleSource(), 'deploy/details-v1')
    const service = await serviceReport(await sampleSource(), 'details', 'demo', ISTIO)
    for (const json of [await shown(pod, describeView, 'json'), await shown(service, serviceView, 'json')])
      expect(JSON.parse(json).notChecked).toMatchObject([{what, reason: 'no-privilege'}])
    for (const page of [await shown(pod, describeView), await shown(service, serviceView)])
      expect(page.replaceAll(/\s+/g, ' ')).toContain(`Not checked ${what}: permission denied`)
  })

  test('of many pods those that are not ready come first, and the pods left out are reported', async () => {
    const copies = (all: readonly KubeObject[]) =>
      all.flatMap(each =>
        each.metadata.name.startsWith('sick-noinject')
          ? Array.from({length: 23}, (_, index) => {
              const metadata = {...each.metadata, name: `copy-${String(index).padStart(2, '0')}`}
              return index < 22 ? {...each, metadata} : {...each, metadata, status: {phase: 'Running', conditions: []}}
            })
          : [each],
      )
    const report = await serviceReport(edited(await sampleSource(), 'Pod', copies), 'sick-noinject', 'demo', ISTIO)
    expect(report.findings[0]?.pods).toHaveLength(20)
    expect(report.findings[0]?.pods).toContain('copy-22')
    expect(report.gaps.map(each => each.what)).toContain('checks of 3 of its 23 pods')
  })

  test('a finding of one of several workloads names it', async () => {
    const source = edited(await sampleSource(), 'Pod', all =>
      all.map(each =>
        /^(sick-labels|sick-uid)/.test(each.metadata.name)
          ? {...each, metadata: {...each.metadata, labels: {...each.metadata.labels, app: 'sick-uid'}}}
          : each,
      ),
    )
    const page = await shown(await serviceReport(source, 'sick-uid', 'demo', ISTIO), serviceView)
    expect(page).toMatch(/2 pods, 2 ready/)
    expect(page.replaceAll(/\s+/g, ' ')).toContain('bypasses the sidecar. (in Deployment demo/sick-uid-v1)')
  })
})

describe('differences between objects and proxy', () => {
  test('a deleted DestinationRule that the proxy still uses', async () => {
    const source = edited(await sampleSource(), 'DestinationRule', all =>
      all.filter(each => each.metadata.name !== 'reviews'),
    )
    const report = await described(source, 'deploy/reviews-v1')
    expect(report.disagreements).toEqual([
      "DestinationRule reviews.demo for reviews: the proxy's config is stale: it still uses the object, which no longer exists",
    ])
    expect(report.services?.[0]?.inProxy.destinationRules).toMatchObject([
      {name: 'reviews.demo', standing: 'proxy only'},
    ])
    expect(reportExitCode(report)).toBe(1)
    expect(await shown(report, describeView)).toContain(
      'DestinationRule reviews.demo: only in the proxy, whose config is stale',
    )
  })

  test('a VirtualService that no longer routes to the Service', async () => {
    const moved = (each: KubeObject): KubeObject =>
      each.metadata.name === 'reviews'
        ? {...each, spec: {hosts: ['other'], http: [{route: [{destination: {host: 'other'}}]}]}}
        : each
    const report = await described(
      edited(await sampleSource(), 'VirtualService', all => all.map(moved)),
      'deploy/reviews-v1',
    )
    expect(report.disagreements).toEqual([
      "VirtualService reviews.demo for reviews: the proxy's config is stale: it still uses the object, which no longer applies to it",
    ])
  })

  test('a VirtualService the proxy does not have yet', async () => {
    const copied = (all: readonly KubeObject[]): readonly KubeObject[] => [
      ...all,
      ...all
        .filter(each => each.metadata.name === 'reviews')
        .map(each => ({...each, metadata: {...each.metadata, name: 'reviews-new'}})),
    ]
    const report = await described(edited(await sampleSource(), 'VirtualService', copied), 'deploy/reviews-v1')
    expect(report.services?.[0]?.inProxy.virtualServices).toMatchObject([
      {name: 'reviews-new.demo', standing: 'objects only'},
      {name: 'reviews.demo', standing: 'both'},
    ])
    expect(await shown(report, describeView)).toContain(
      'VirtualService reviews-new.demo for reviews; NOT applied by the proxy',
    )
  })

  test('an AuthorizationPolicy the proxy still enforces, and one it does not yet', async () => {
    const renamed = (each: KubeObject): KubeObject =>
      each.metadata.name === 'deny-admin' ? {...each, metadata: {...each.metadata, name: 'deny-root'}} : each
    const report = await described(
      edited(await sampleSource(), 'AuthorizationPolicy', all => all.map(renamed)),
      'deploy/reviews-v1',
    )
    expect(report.policiesInProxy).toMatchObject([
      {name: 'deny-admin.demo', standing: 'proxy only'},
      {name: 'deny-root.demo', standing: 'objects only'},
    ])
  })

  test('an mTLS mode changed after the proxy was configured', async () => {
    const permissive = (each: KubeObject): KubeObject => ({
      ...each,
      spec: {...(each.spec as object), mtls: {mode: 'PERMISSIVE'}},
    })
    const report = await described(
      edited(await sampleSource(), 'PeerAuthentication', all => all.map(permissive)),
      'deploy/reviews-v1',
    )
    expect(report.disagreements).toEqual([
      'port 9080: policies require mTLS PERMISSIVE, but the proxy applies STRICT: its config is stale',
    ])
  })

  test('nothing differs in any untouched pod with a running proxy', async () => {
    const source = await sampleSource()
    const pods = await source.objects({kind: 'Pod', namespace: 'demo'})
    const names = (pods.ok ? pods.value : []).map(each => each.metadata.name)
    expect(names.length).toBeGreaterThan(9)
    for (const name of names) expect([name, (await described(source, name)).disagreements]).toEqual([name, []])
  })
})

describe('missing data is reported', () => {
  const CLAIMS = {
    Service: /No Service selects it/,
    PeerAuthentication: /mTLS it demands: (PERMISSIVE|STRICT|DISABLE)|by the default|by PeerAuthentication/,
    DestinationRule: /DestinationRule reviews\.demo for/,
    VirtualService: /VirtualService reviews\.demo for/,
    AuthorizationPolicy: /no AuthorizationPolicy/,
    Sidecar: /no Sidecar:/,
  }

  test.each(Object.entries(CLAIMS))('%s objects nobody may list', async (kind, claim) => {
    const report = await described(without(await sampleSource(), kind), 'deploy/reviews-v1')
    const page = await shown(report, describeView)
    expect(page.replaceAll(/\s+/g, ' ')).toMatch(/ Not checked .*forbidden \(no right to list\)/)
    expect(page).toContain(`${kind} objects`)
    expect(page).not.toMatch(claim)
    expect(page).not.toContain('Nothing is wrong')
    expect(reportExitCode(report)).toBe(3)
  })

  test('rules the proxy names when the objects cannot be read', async () => {
    const report = await described(
      without(await sampleSource(), 'AuthorizationPolicy', 'DestinationRule'),
      'deploy/reviews-v1',
    )
    const page = (await shown(report, describeView)).replaceAll(/\s+/g, ' ')
    expect(page).toContain(
      "AuthorizationPolicy objects: not checked; the proxy's config was generated from deny-admin.demo",
    )
    expect(page).toContain("DestinationRule objects: not checked; the proxy's config was generated from reviews.demo")
    expect(report.disagreements).toEqual([])
  })

  test('a proxy that does not answer', async () => {
    const base = await sampleSource()
    const source: Source = {
      ...base,
      evidence: async (id, pod, query) =>
        id.startsWith('envoy.') ? missing(id, 'timeout', 'no answer in 30 s') : base.evidence(id, pod, query),
    }
    const report = await described(source, 'deploy/reviews-v1')
    const page = await shown(report, describeView)
    expect(page).toContain('envoy.config_dump; envoy.certs (for MCT1905): timed out (no answer in 30 s)')
    expect(page).not.toContain('applied by the proxy')
    expect(report.disagreements).toEqual([])
    expect(report.policies?.map(({object}) => object.name)).toEqual(['deny-admin'])
  })

  test('an istiod that does not answer', async () => {
    const base = await sampleSource()
    const source: Source = {
      ...base,
      evidence: async (id, pod, query) =>
        id === 'istiod.syncz' ? missing(id, 'timeout', 'no answer') : base.evidence(id, pod, query),
    }
    const page = await shown(await described(source, 'deploy/reviews-v1'), describeView)
    expect(page).toContain('sync with istiod: not checked')
    expect(page).not.toContain('no istiod knows')
  })

  test('a Service whose pods may not be listed, and one that does not exist', async () => {
    const report = await serviceReport(without(await sampleSource(), 'Pod'), 'reviews', 'demo', ISTIO)
    expect(await shown(report, serviceView)).toMatch(/its pods were not checked(.|\n)*Not checked\n/)
    await expect(serviceReport(await sampleSource(), 'reviews', 'default', ISTIO)).rejects.toThrow(
      'services "reviews" not found in the "default" namespace',
    )
  })

  test('a Service without pods, and one whose pods only its endpoints name', async () => {
    const others = (all: readonly KubeObject[]) => all.filter(each => each.metadata.namespace !== 'demo')
    const cut = edited(await sampleSource(), 'Pod', others)
    const report = await serviceReport(cut, 'reviews', 'demo', ISTIO)
    expect(await shown(report, serviceView)).toMatch(/^Service reviews\.demo has 3 pods, not captured\./)
    const unseen = ['reviews-v1-ccf5b6b84-9cj4v', 'reviews-v2-84c78cd686-79fvq', 'reviews-v3-6d7b4bc8d8-nmwn7']
    expect(report.unseen).toEqual(unseen)
    expect(await shown(report, serviceView)).not.toMatch(/these pods|NO SUBSET/)
    expect(report.gaps.map(({what, reason}) => [what, reason])).toEqual([
      [`the pods ${unseen.join(', ')} of Service reviews.demo`, 'not-captured'],
    ])
    for (const slices of [others, undefined]) {
      const source = slices === undefined ? without(cut, 'EndpointSlice') : edited(cut, 'EndpointSlice', slices)
      const none = await serviceReport(source, 'reviews', 'demo', ISTIO)
      expect(await shown(none, serviceView)).toMatch(/^Service reviews\.demo has NO PODS\./)
      const unread = slices === undefined ? [['EndpointSlice objects', 'forbidden']] : []
      expect(none.gaps.map(({what, reason}) => [what, reason])).toEqual(unread)
    }
  })

  test('captured and missing pods of a Service are both counted', async () => {
    const more = (all: readonly KubeObject[]) =>
      all.map(each =>
        each.metadata.labels?.['kubernetes.io/service-name'] === 'reviews'
          ? ({...each, endpoints: [{targetRef: {kind: 'Pod', name: 'reviews-v1-other'}}]} as KubeObject)
          : each,
      )
    const report = await serviceReport(edited(await sampleSource(), 'EndpointSlice', more), 'reviews', 'demo', ISTIO)
    const [first] = (await shown(report, serviceView)).replaceAll(/\s+/g, ' ').split('Service reviews.demo port')
    expect(first).toContain('3 pods, 3 ready, all in the mesh; 1 more not captured.')
  })

  test('with only a config_dump the proxy is described and the rest is not checked', async () => {
    const dump = await (await sampleSource()).evidence('envoy.config_dump', {
      namespace: 'demo',
      name: 'reviews-v1-ccf5b6b84-9cj4v',
    })
    if (!dump.ok) throw new Error('the sample has this dump')
    const {filesSource} = await import('../../../src/sources/files/source.js')
    const source = filesSource([{label: 'dump.json', bytes: dump.value.bytes}])
    const subject = source.impliedSubject ?? {namespace: '', name: ''}
    const report = await describeReport(source, subject, ISTIO)
    expectGolden('src/reports/describe/golden/file-config-dump.txt', await shown(report, describeView))
    expect(report.proxy?.inbound).toContainEqual({port: 9080, protocol: 'HTTP', mtls: 'STRICT'})
  })
})

interface Recording {
  readonly slug: string
  readonly argv: readonly string[]
}

const LIVE = join(SHARED, 'istioctl/live')

function recordings(kind: string): readonly (Recording & {readonly said: string})[] {
  const index = JSON.parse(readFileSync(join(LIVE, 'index.json'), 'utf8')) as readonly Recording[]
  return index
    .filter(({argv}) => argv[1] === 'describe' && argv[2] === kind)
    .map(each => ({...each, said: readFileSync(join(LIVE, `${each.slug}.out`), 'utf8')}))
}

function all(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(match => match[1] ?? '')
}

/** What istioctl says of Services and the traffic to them, beside what meshctl says. */
function traffic(said: string, services: DescribeReport['services'] = []) {
  const rules = services.flatMap(each => each.destinationRules ?? [])
  const routes = services.flatMap(each => each.virtualServices ?? [])
  const ports = services.flatMap(({ports: bound}) => bound).filter(({port}) => port.protocol === 'TCP')
  const belongs = rules.flatMap(({matching}) => matching)
  const reaching = routes
    .filter(({gateways}) => gateways.includes('mesh'))
    .flatMap(({shares}) => shares.flatMap(({targets}) => targets))
    .filter(({subset, weight}) => weight < 100 && (subset === undefined || belongs.includes(subset)))
  const names = (refs: readonly {readonly name: string; readonly namespace: string}[]) =>
    [...new Set(refs.map(({name, namespace}) => `${name}.${namespace}`))].sort()
  return {
    istioctl: {
      services: [...all(said, /^Service: (\S+)$/gm)].sort(),
      ports: [...all(said, /^ {3}Port: (.+)$/gm)].sort(),
      rules: [...new Set(all(said, /DestinationRule: (\S+) for/g))].sort(),
      subsets: all(said, /^ *Matching subsets: (\S+)$/gm).flatMap(each => each.split(',')),
      others: all(said, /\(Non-matching subsets (\S+)\)/g).flatMap(each => each.split(',')),
      tls: [...new Set(all(said, /Traffic Policy TLS Mode: (\S+)/g))],
      policies: [...new Set(all(said, /Policies: (.*(?:detection|pool|balancer))$/gm))],
      routes: [...new Set(all(said, /VirtualService: (\S+)/g))].sort(),
      weights: all(said, /^ {3}Route to host .* with weight (\d+)%$/gm),
    },
    meshctl: {
      services: names(services.map(each => each.service.object)),
      ports: ports
        .map(({port, protocol, target}) => {
          const word = protocol === 'unknown' ? 'UnsupportedProtocol' : protocol
          return `${port.name} ${port.port}/${word} targets pod port ${target}`
        })
        .sort(),
      rules: names(rules.map(each => each.rule.object)),
      subsets: belongs,
      others: rules.flatMap(each => each.others),
      tls: rules
        .flatMap(each => each.rule.settings)
        .filter(each => each.startsWith('TLS '))
        .map(each => each.slice(4)),
      policies: rules.flatMap(each => each.rule.settings).filter(each => !each.startsWith('TLS ')),
      routes: names(routes.map(each => each.virtualService.object)),
      weights: reaching.map(({weight}) => String(weight)),
    },
  }
}

/** istioctl reads the first filter of the first chain only, so meshctl must name its policies and may name more. */
function enforced(said: string): readonly string[] {
  const keys = [...said.matchAll(/ns\[([^\]]+)\]-policy\[([^\]]+)\]/g)]
  return [...new Set(keys.map(([, namespace, name]) => `${name}.${namespace}`))]
}

async function wholeMesh(): Promise<Source> {
  return await sharedMesh()
}

describe("compared with istioctl's output for live pods", () => {
  sharedTest('pods', async () => {
    const source = await wholeMesh()
    const runs = recordings('pod')
    expect(runs.length).toBe(12)
    for (const {slug, argv, said} of runs) {
      const report = await described(source, argv.at(-1) ?? '')
      const {peers, policiesInProxy, services} = report
      const whole = !said.includes('not part of mesh') && !said.includes('is not Running')
      const {istioctl, meshctl} = traffic(said, services)
      // istioctl stops at a pod that is outside the mesh or not running; meshctl goes on.
      if (whole) expect({slug, ...meshctl}).toEqual({slug, ...istioctl})
      expect([slug, report.revision ?? '']).toEqual([slug, all(said, /Pod Revision: ?(.*)$/gm)[0]?.trim()])
      const ports = report.declared.map(({port, container}) => `${port} (${container})`).join(', ')
      expect([slug, ports]).toEqual([slug, all(said, /Pod Ports: (.+)$/gm)[0]])
      const enforcing = policiesInProxy.filter(({standing}) => standing === 'both').map(({name}) => name)
      expect({slug, enforcing}).toEqual({slug, enforcing: expect.arrayContaining([...enforced(said)])})
      const mode = all(said, /Workload mTLS mode: (\S+)/g)[0]
      if (mode !== undefined) expect([slug, peers?.workload.mode]).toEqual([slug, mode])
      expect(peers?.ports.map(({port, mode: at}) => `${port}: ${at}`) ?? []).toEqual(all(said, /^ {6}(\d+: \S+)$/gm))
      const applied = (all(said, /Applied PeerAuthentication:\n {3}(.+)$/gm)[0] ?? '')
        .split(', ')
        .filter(each => each !== '')
      const ours = peers?.policies.map(({object}) => `${object.name}.${object.namespace}`).sort()
      if (whole) expect([slug, ours]).toEqual([slug, applied.sort()])
    }
  })

  sharedTest('its warnings', async () => {
    const source = await wholeMesh()
    const warned = async (name: string) => {
      const {warnings, findings} = await described(source, name)
      return [...warnings, ...findings.map(each => `${each.code} ${each.message}`)].join('\n')
    }
    expect(await warned('deploy/sick-uid-v1')).toMatch(/1337/)
    expect(await warned('deploy/sick-noinject-v1')).toMatch(/not in the mesh/)
    expect(await warned('deploy/sick-notready-v1')).toMatch(/not running: Pending/)
    expect(await warned('deploy/sick-labels')).toMatch(/None of the \d+ Services/)
    // istioctl warns of a gateway's own uid, where there is no application to bypass anything.
    expect(await warned('istio-ingressgateway-b7675f4d8-w8l4b.istio-system')).toBe('')
  })

  sharedTest('Services, and the gateway that exposes one', async () => {
    const source = await wholeMesh()
    const runs = recordings('service')
    expect(runs.length).toBe(6)
    const reports = new Map<string, ServiceReport>()
    for (const {slug, argv, said} of runs) {
      const report = await serviceReport(source, (argv.at(-1) ?? '').split('.')[0] ?? '', 'demo', ISTIO)
      reports.set(slug, report)
      const {istioctl, meshctl} = traffic(said, [report.description])
      expect({slug, ...meshctl}).toEqual({slug, ...istioctl})
      const enforcing = report.policiesInProxy.map(({name}) => name)
      expect({slug, enforcing}).toEqual({slug, enforcing: expect.arrayContaining([...enforced(said)])})
      const gateways = all(said, /Exposed on Ingress Gateway http:\/\/(\S+)/g)
      expect([slug, report.description.exposed.length]).toEqual([slug, gateways.length])
      for (const [index, address] of gateways.entries())
        expect(report.description.exposed[index]?.addresses.join()).toContain(address)
    }
    expect(reports.get('describe-svc-productpage')?.description.exposed).toMatchObject([
      {word: 'bookinfo-gateway', pods: 1, inProxy: true},
    ])
  })
})

test('describe asks for no list and no evidence twice', async () => {
  const source = await sampleSource()
  const asked: string[] = []
  const watched: Source = {
    ...source,
    objects: async query => {
      asked.push(JSON.stringify([query.kind, query.namespace, query.name]))
      return await source.objects(query)
    },
    evidence: async (id, pod, query) => {
      asked.push(JSON.stringify([id, pod.namespace, pod.name, query]))
      return await source.evidence(id, pod, query)
    },
  }
  const [pod] = await resolvePods(source, {name: 'deploy/productpage-v1', namespace: 'demo'})
  await describeReport(watched, {namespace: 'demo', name: pod?.metadata.name ?? ''}, ISTIO)
  expect(asked.length).toBeGreaterThan(10)
  expect(asked.filter((each, at) => asked.indexOf(each) !== at)).toEqual([])
})

// Envoy holds it beside the mesh's own roots as soon as one DestinationRule asks for TLS to hosts outside.
test("expired roots of the operating system's CA bundle are not a finding of a pod or a Service", async () => {
  const source = await sampleSource()
  const system = Array.from({length: 142}, (_, index) => ({
    serial_number: `os${index}`,
    valid_from: '2003-11-20T00:00:00Z',
    expiration_time: index < 5 ? '2023-11-01T00:00:00Z' : '2040-11-01T00:00:00Z',
  }))
  const withSystemRoots: Source = {
    ...source,
    async evidence(id, subject, query) {
      const answer = await source.evidence(id, subject, query)
      if (id !== 'envoy.certs' || !answer.ok) return answer
      const page = JSON.parse(Buffer.from(answer.value.bytes).toString())
      page.certificates.push({ca_cert: system, cert_chain: []})
      return {ok: true, value: {...answer.value, bytes: Buffer.from(JSON.stringify(page))}}
    },
  }
  const codes = async (from: Source) => [
    (await described(from, 'deploy/ratings-v1')).findings.map(({code}) => code),
    (await serviceReport(from, 'ratings', 'demo', ISTIO)).failing ?? false,
  ]
  expect(await codes(withSystemRoots)).toEqual(await codes(source))
  expect(JSON.stringify(await codes(withSystemRoots))).not.toContain('MCT1905')
})
