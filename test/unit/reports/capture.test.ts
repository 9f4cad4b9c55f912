import {generateKeyPairSync, randomBytes} from 'node:crypto'
import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {gunzipSync} from 'node:zlib'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {placeholderPerSecret} from '../../../src/formats/redact/placeholder.js'
import {redactEvidence, redactObject} from '../../../src/formats/redact/redact.js'
import type {Gap} from '../../../src/model/evidence/answer.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import {estimateOf} from '../../../src/reports/capture/estimate.js'
import {type CaptureRequest, planCapture} from '../../../src/reports/capture/plan.js'
import {type CaptureOptions, type CaptureProgress, captureReport} from '../../../src/reports/capture/report.js'
import {secretsReport} from '../../../src/reports/capture/secrets.js'
import {capturedSecretsView} from '../../../src/reports/capture/secrets-view.js'
import {reportExitCode} from '../../../src/reports/report.js'
import {bundleSink} from '../../../src/sources/bundle/sink.js'
import {openFiles} from '../../../src/sources/open.js'
import type {Source} from '../../../src/sources/source.js'
import {type MemoryContents, memorySource} from '../../support/memory-source.js'

const KEY = generateKeyPairSync('ed25519').privateKey.export({type: 'pkcs8', format: 'pem'}).toString()
const JWT = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"canary-jwt"}').toString('base64url')}.c2lnbmF0dXJl`
const CANARY = 'canary-env-9d2f'
const SECRETS = [KEY.split('\n')[1] ?? '?', JWT.split('.')[1] ?? '?', CANARY]

function pod(name: string, namespace = 'demo'): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: {app: name},
      annotations: {'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({env: CANARY})},
    },
    spec: {
      containers: [
        {name: 'app', env: [{name: 'PASSWORD', value: CANARY}], args: [`--token=${JWT}`]},
        {name: 'istio-proxy'},
      ],
    },
    status: {phase: 'Running'},
  }
}

const CONTENTS: MemoryContents = {
  objects: [
    pod('a'),
    pod('b'),
    pod('istiod', 'istio-system'),
    {apiVersion: 'v1', kind: 'Secret', metadata: {name: 's', namespace: 'demo'}, data: {key: CANARY}},
    {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'app', namespace: 'demo'}, data: {key: KEY}},
  ],
  evidence: {
    'envoy.config_dump': JSON.stringify({configs: [{tls: {private_key: {inline_string: KEY}, token: CANARY}}]}),
    'log.istio-proxy': `GET /?access_token=${CANARY}\n${JWT}\n${KEY}`,
    'net.sockets': 'tcp LISTEN 0 1 0.0.0.0:80 0.0.0.0:*\n',
    'net.nft': {what: 'native nftables rules', reason: 'no-privilege', detail: 'uid 1337 may not'} satisfies Gap,
    'envoy.certs': {
      what: 'certificates',
      reason: 'unreachable',
      detail: `it last logged: token=${CANARY}`,
    } satisfies Gap,
  },
  origin: {kind: 'memory', label: 'memory', capturedAt: '2026-01-02T03:04:05Z'},
  defaultNamespace: 'demo',
}

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meshctl-capture-test-'))
  path = join(folder, 'out.tgz')
})
afterEach(() => rmSync(folder, {recursive: true, force: true}))

const REQUEST: CaptureRequest = {pods: [], target: {}, istiod: false, istioNamespace: 'istio-system'}

async function capture(source: Source, request: Partial<CaptureRequest> = {}, more: Partial<CaptureOptions> = {}) {
  const plan = await planCapture(source, {...REQUEST, ...request})
  return captureReport(source, await bundleSink(path), plan, {
    path,
    tool: 'test',
    redact: true,
    concurrency: 3,
    signal: new AbortController().signal,
    agree: () => true,
    progress: () => undefined,
    ...more,
  })
}

describe('what is carried away', () => {
  test('equal secrets have equal placeholders, others have others, and none can be compared between two captures', () => {
    const [first, second] = [randomBytes(32), randomBytes(32)].map(key => {
      const redaction = placeholderPerSecret(key)
      const held = redactObject(pod('a'), redaction)
      const log = Buffer.from(
        redactEvidence('log.istio-proxy', Buffer.from(`password=${CANARY} x\ntoken=${JWT}`), redaction),
      )
      return {text: `${JSON.stringify(held)} ${log}`, log: log.toString()}
    })
    const placeholders = first?.text.match(/\[redacted [0-9a-f]{8}\]/g) ?? []
    // The variable and the log have the same password, the argument and the log the same token.
    expect([placeholders.length, new Set(placeholders).size]).toEqual([4, 2])
    expect(
      redactEvidence(
        'log.istio-proxy',
        Buffer.from(first?.log ?? ''),
        placeholderPerSecret(randomBytes(32)),
      ).toString(),
    ).toBe(first?.log)
    expect(second?.log).not.toBe(first?.log)
  })

  test('what a capture would hide is listed by place and name, equal secrets with equal placeholders, and no secret is shown', async () => {
    const source = memorySource(CONTENTS)
    const report = await secretsReport(source, await planCapture(source, REQUEST), {
      tool: 'test',
      concurrency: 1,
      signal: new AbortController().signal,
      agree: () => true,
      progress: () => undefined,
      key: randomBytes(32),
    })
    const row = (where: string, place: string) =>
      report.secrets.find(each => each.where === where && each.place === place)
    const variable = row('Pod demo/a', 'spec.containers[0].env[0]')
    expect(variable?.what).toBe('PASSWORD')
    expect(row('log of the sidecar of a.demo', 'line 1')).toMatchObject({
      what: 'access_token',
      placeholder: variable?.placeholder,
    })
    expect(row('log of the sidecar of a.demo', 'line 2')?.what).toBe('JSON Web Token')
    expect(row('log of the sidecar of a.demo', 'line 3')?.what).toBe('private key')
    expect(row("Envoy's configuration of a.demo", 'configs.tls.token, line 1')?.placeholder).toBe(variable?.placeholder)
    const shown = JSON.stringify([capturedSecretsView.data(report), capturedSecretsView.doc(report, 'table')])
    expect(SECRETS.filter(secret => shown.includes(secret))).toEqual([])
    expect(readdirSync(folder)).toEqual([])
  })

  test('no planted key, token or value of the environment is in the bundle; unredacted they all are', async () => {
    await capture(memorySource(CONTENTS), {target: {allNamespaces: true}, istiod: true})
    const inside = gunzipSync(readFileSync(path)).toString('latin1')
    expect(inside).toContain('tcp LISTEN')
    expect(SECRETS.filter(secret => inside.includes(secret))).toEqual([])
    await capture(memorySource(CONTENTS), {target: {allNamespaces: true}}, {redact: false})
    const whole = gunzipSync(readFileSync(path)).toString('latin1')
    expect(SECRETS.filter(secret => whole.includes(secret))).toEqual(SECRETS)
  })

  test('an object nested too deeply is a gap of its kind, and the rest is captured', async () => {
    let spec: unknown = 'end'
    for (let depth = 0; depth < 20_000; depth++) spec = {a: spec}
    const deep: KubeObject = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'EnvoyFilter',
      metadata: {name: 'deep', namespace: 'demo'},
      spec,
    }
    const report = await capture(memorySource({...CONTENTS, objects: [...(CONTENTS.objects ?? []), deep]}))
    expect(report.gaps).toContainEqual({
      what: 'EnvoyFilter objects',
      reason: 'unreadable',
      detail: 'one of them is nested too deeply',
    })
    const held = await openFiles([path])
    expect((await held.objects({kind: 'EnvoyFilter'})).ok).toBe(false)
    expect((await held.objects({kind: 'Pod'})).ok).toBe(true)
  })

  test('Secrets are never asked for', async () => {
    const asked: string[] = []
    const source = memorySource(CONTENTS)
    const watched: Source = {
      ...source,
      kinds: () => [{kind: 'Secret', apiVersion: 'v1'}],
      objects: query => {
        asked.push(query.kind)
        return source.objects(query)
      },
    }
    await capture(watched, {target: {allNamespaces: true}})
    expect(asked).toContain('Pod')
    expect(asked).not.toContain('Secret')
  })

  test('ConfigMaps come from the control plane’s namespace alone, schemas only of the mesh’s own kinds', async () => {
    const definition = (group: string): KubeObject => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: {name: `things.${group}`},
      spec: {group, versions: [{name: 'v1', served: true, schema: {openAPIV3Schema: {type: 'object'}}}]},
    })
    const config = (namespace: string): KubeObject => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {name: 'istio', namespace},
      data: {mesh: 'x: y'},
    })
    const objects = [
      ...(CONTENTS.objects ?? []),
      definition('monitoring.example.com'),
      definition('networking.istio.io'),
      config('demo'),
      config('istio-system'),
    ]
    await capture(memorySource({...CONTENTS, objects}), {target: {allNamespaces: true}})
    const bundle = await openFiles([path])
    const maps = await bundle.objects({kind: 'ConfigMap'})
    expect(maps.ok && maps.value.map(each => each.metadata.namespace)).toEqual(['istio-system'])
    const definitions = await bundle.objects({kind: 'CustomResourceDefinition'})
    const versions = definitions.ok
      ? definitions.value.map(each => (each.spec as {versions: object[]}).versions[0])
      : []
    expect(versions).toEqual([
      {name: 'v1', served: true},
      {name: 'v1', served: true, schema: {openAPIV3Schema: {type: 'object'}}},
    ])
  })

  test('evidence, gaps with their reasons, times and the default namespace come back', async () => {
    const report = await capture(memorySource(CONTENTS), {pods: ['a']})
    const bundle = await openFiles([path])
    const ref = {namespace: 'demo', name: 'a'}
    const sockets = await bundle.evidence('net.sockets', ref)
    expect(sockets.ok && Buffer.from(sockets.value.bytes).toString('utf8')).toBe(
      'tcp LISTEN 0 1 0.0.0.0:80 0.0.0.0:*\n',
    )
    expect(await bundle.evidence('net.nft', ref)).toEqual({
      ok: false,
      gap: {what: 'native nftables rules', reason: 'no-privilege', detail: 'uid 1337 may not'},
    })
    expect((await bundle.evidence('net.sockets', {...ref, name: 'b'})).ok).toBe(false)
    expect(bundle.origin.capturedAt).toBe('2026-01-02T03:04:05Z')
    expect(bundle.defaultNamespace).toBe('demo')
    expect(reportExitCode(report)).toBe(3)
    expect(report.pods).toBe(1)
  })

  test('pods of the namespace asked for, by selector, by name; none is an error that says how to ask', async () => {
    const names = async (request: Partial<CaptureRequest>) =>
      (await planCapture(memorySource(CONTENTS), {...REQUEST, ...request})).evidence.map(each => each.pod.name)
    expect(await names({})).toEqual(['a', 'b'])
    expect(await names({target: {allNamespaces: true}})).toEqual(['a', 'b', 'istiod'])
    expect(await names({target: {selector: 'app=b'}})).toEqual(['b'])
    expect(await names({pods: ['b', 'b', 'a']})).toEqual(['a', 'b'])
    await expect(names({target: {namespace: 'empty'}})).rejects.toThrow('no pods to capture in namespace empty')
    await expect(names({istiod: true})).resolves.toEqual(['a', 'b', 'istiod'])
    await expect(names({istiod: true, istioNamespace: 'elsewhere'})).rejects.toThrow('no istiod in namespace elsewhere')
  })

  test('the same capture is the same file', async () => {
    await capture(memorySource(CONTENTS))
    const once = readFileSync(path)
    await capture(memorySource(CONTENTS))
    expect(readFileSync(path).equals(once)).toBe(true)
  })
})

test('a capture of a file is about the one proxy of the file', async () => {
  const source: Source = {
    ...memorySource({evidence: {'net.sockets': 'tcp LISTEN 0 1 *:80 *:*\n'}}),
    impliedSubject: {namespace: '', name: 'rules.txt', implied: true},
  }
  await capture(source)
  const bundle = await openFiles([path])
  expect(bundle.impliedSubject).toEqual({namespace: '', name: 'rules.txt', implied: true})
  expect((await bundle.evidence('net.sockets', bundle.impliedSubject ?? {namespace: '?', name: '?'})).ok).toBe(true)
})

describe('when things go wrong', () => {
  test('a failed call is a gap with its reason and exit code 3; the rest is captured', async () => {
    const failing = memorySource({
      ...CONTENTS,
      evidence: {
        ...CONTENTS.evidence,
        'envoy.clusters': {what: 'clusters', reason: 'timeout', detail: 'no answer within 30 s'},
      },
    })
    const report = await capture(failing)
    expect(reportExitCode(report)).toBe(3)
    expect(report.rows.find(row => row.what.includes('live clusters'))?.missing).toEqual([
      {reason: 'timeout', count: 2, example: 'no answer within 30 s'},
    ])
    expect((await (await openFiles([path])).evidence('envoy.config_dump', {namespace: 'demo', name: 'a'})).ok).toBe(
      true,
    )
  })

  test('where the whole cluster may not be listed, the namespaces concerned are, and the refusal is kept', async () => {
    const service = (namespace: string): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {name: 's', namespace},
    })
    const all = memorySource({
      ...CONTENTS,
      objects: [...(CONTENTS.objects ?? []), service('demo'), service('elsewhere')],
    })
    const gap: Gap = {
      what: 'Service objects',
      reason: 'forbidden',
      detail: 'user u cannot list services cluster-wide',
    }
    const narrow: Source = {
      ...all,
      objects: async query => (query.namespace === undefined ? {ok: false, gap} : await all.objects(query)),
    }
    const report = await capture(narrow, {pods: ['a'], target: {namespace: 'demo'}})
    expect(reportExitCode(report)).toBe(3)
    const bundle = await openFiles([path])
    const held = await bundle.objects({kind: 'Service', namespace: 'demo'})
    expect(held.ok && held.value.map(each => each.metadata.namespace)).toEqual(['demo'])
    expect(await bundle.objects({kind: 'Service', namespace: 'elsewhere'})).toEqual({ok: false, gap})
    expect(await bundle.objects({kind: 'Node'})).toEqual({ok: false, gap})
  })

  test('a large capture is refused with its size unless agreed to, and nothing is left on the disk', async () => {
    await expect(capture(memorySource(CONTENTS), {}, {agree: () => false})).rejects.toThrow(
      /is large: 2 pods, about .* unpacked/,
    )
    expect(readdirSync(folder)).toEqual([])
  })

  test('an interruption leaves nothing behind, even while a call hangs', async () => {
    const controller = new AbortController()
    const source = memorySource(CONTENTS)
    const hanging: Source = {
      ...source,
      evidence: () => {
        queueMicrotask(() => controller.abort(new Error('interrupted')))
        return new Promise(() => undefined)
      },
    }
    await expect(capture(hanging, {}, {signal: controller.signal})).rejects.toMatchObject({
      message: 'interrupted: no bundle was written',
      exitCode: 130,
    })
    expect(readdirSync(folder)).toEqual([])
  })

  test.each([
    ['has no sidecar', {containers: [{name: 'app'}]}, 'Running', 'envoy.certs', 0],
    ['is Pending', {containers: [{name: 'istio-proxy'}]}, 'Pending', 'envoy.certs', 0],
    ['has finished', {containers: [{name: 'istio-proxy'}]}, 'Succeeded', 'net.sockets', 0],
    ['has a sidecar that runs', {containers: [{name: 'istio-proxy'}]}, 'Running', 'envoy.certs', 3],
    ['has no sidecar but containers that run', {containers: [{name: 'app'}]}, 'Running', 'net.sockets', 3],
  ] as const)('what a pod cannot have is not a failure: one that %s', async (_what, spec, phase, id, code) => {
    const object = {apiVersion: 'v1', kind: 'Pod', metadata: {name: 'a', namespace: 'demo'}, spec, status: {phase}}
    const gap: Gap = {what: id, reason: 'unreachable', detail: 'refused'}
    const source = memorySource({
      objects: [object as unknown as KubeObject],
      evidence: {[id]: gap},
      defaultNamespace: 'demo',
    })
    expect(reportExitCode(await capture(source))).toBe(code)
  })

  test.each([
    ['an istiod that knows no such proxy has answered', 'not-found', 0],
    ['an istiod that refuses has not', 'forbidden', 3],
  ] as const)('%s', async (_what, reason, code) => {
    const object = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {name: 'a', namespace: 'demo'},
      spec: {containers: [{name: 'istio-proxy'}]},
      status: {phase: 'Running'},
    }
    const gap: Gap = {what: 'its configuration', reason, detail: 'a.demo is not connected to any istiod'}
    const istiod = pod('istiod', 'istio-system')
    const objects = [object, {...istiod, metadata: {...istiod.metadata, labels: {app: 'istiod'}}}]
    const source = memorySource({
      objects: objects as unknown as KubeObject[],
      evidence: {'istiod.config_dump': gap},
      defaultNamespace: 'demo',
    })
    expect(reportExitCode(await capture(source, {pods: ['a'], istiod: true}))).toBe(code)
  })

  test('an unexpected failure of a source leaves nothing behind, and an older file stays as it was', async () => {
    await capture(memorySource(CONTENTS))
    const before = readFileSync(path)
    const broken: Source = {...memorySource(CONTENTS), evidence: () => Promise.reject(new Error('a defect'))}
    await expect(capture(broken)).rejects.toThrow('a defect')
    expect(readFileSync(path).equals(before)).toBe(true)
    expect(readdirSync(folder)).toEqual(['out.tgz'])
  })

  test('a bundle larger than a reader takes is not written', async () => {
    const plan = await planCapture(memorySource(CONTENTS), REQUEST)
    const options = {
      path,
      tool: 'test',
      redact: true,
      concurrency: 1,
      signal: new AbortController().signal,
      agree: () => true,
      progress: () => undefined,
    }
    await expect(captureReport(memorySource(CONTENTS), await bundleSink(path, 1000), plan, options)).rejects.toThrow(
      'more than 1000 bytes',
    )
    expect(readdirSync(folder)).toEqual([])
  })

  test('a folder that does not exist is an error a person can mend', async () => {
    await expect(bundleSink(join(folder, 'missing', 'out.tgz'))).rejects.toThrow(
      /cannot write .*missing.*no such file or directory/,
    )
  })
})

test('progress counts pods, bytes and gaps up to the end', async () => {
  const reported: CaptureProgress[] = []
  await capture(memorySource(CONTENTS), {target: {allNamespaces: true}}, {progress: each => reported.push(each)})
  expect(reported.map(each => each.podsDone)).toEqual([1, 2, 3])
  expect(reported.at(-1)?.bytes).toBeGreaterThan(reported[0]?.bytes ?? Number.MAX_SAFE_INTEGER)
})

describe('the estimate', () => {
  test('grows with the pods, shrinks with concurrency, and calls a fleet large', () => {
    const measured = {objectBytes: 40e6, podBytes: 1.5e6, podMs: 400}
    const small = estimateOf(measured, 20, 8)
    expect(small).toMatchObject({bytes: 70e6, large: false})
    expect(small.text).toContain('20 pods, about 70.0 MB unpacked')
    expect(estimateOf(measured, 5000, 8)).toMatchObject({bytes: 7540e6, large: true})
    expect(estimateOf(measured, 100, 1).durationMs).toBeGreaterThan(estimateOf(measured, 100, 10).durationMs * 5)
  })
})
