import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, test} from '@jest/globals'
import {meshctl} from '../support/cli.js'

const folder = mkdtempSync(join(tmpdir(), 'meshctl-policy-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))

function file(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const MESH = file(
  'mesh.yaml',
  `apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{name: web, port: 80}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: shop, labels: {team: a}}
spec: {hosts: [web], http: [{route: [{destination: {host: webb}}]}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: api, namespace: shop}
spec: {hosts: [api.example.com], http: [{timeout: 1s, route: [{destination: {host: web}}]}]}
`,
)

async function analyzed(...more: readonly string[]): Promise<readonly string[]> {
  const {stdout} = await meshctl(['analyze', MESH, '--no-use-kube', '-o', 'json', ...more])
  return (JSON.parse(stdout) as readonly {code: string; level: string; origin: string}[]).map(
    ({code, level, origin}) => `${level} ${code} ${origin}`,
  )
}

describe('what a team agreed on holds for analyze as for check', () => {
  test('severities change levels, order and exit codes', async () => {
    expect(await analyzed()).toContain('Error IST0101 VirtualService shop/web')
    const config = file('severities.yaml', 'severities: {IST0101: info, IST0118: error}\n')
    const found = await analyzed('--config', config)
    expect(found[0]).toBe('Error IST0118 Service shop/web')
    expect(found).toContain('Info IST0101 VirtualService shop/web')
    const relaxed = file('relaxed.yaml', 'severities: {IST0101: info}\n')
    expect((await meshctl(['analyze', MESH, '--no-use-kube', '--config', relaxed])).code).toBe(0)
    expect((await meshctl(['analyze', MESH, '--no-use-kube'])).code).toBe(1)
  })

  test('a baseline accepts what it lists, and nothing else', async () => {
    const {stdout} = await meshctl(['analyze', MESH, '--no-use-kube', '-o', 'baseline'])
    const baseline = file('baseline.yaml', stdout)
    expect(await analyzed('--baseline', baseline)).toEqual([])
    const other = file(
      'other.yaml',
      stdout.replace(/fingerprint: \w+/, 'fingerprint: beefbeefbeefbeefbeefbeefbeefbeef'),
    )
    expect(await analyzed('--baseline', other)).toHaveLength(1)
  })

  test('rules of its own see the objects as they are written', async () => {
    const config = file(
      'own.yaml',
      `rules:
  - code: ORG0001
    severity: error
    title: Every VirtualService names its team
    kinds: [VirtualService]
    when: '!has(object.metadata.labels) || !("team" in object.metadata.labels)'
  - code: ORG0002
    title: Every route has a timeout
    kinds: [VirtualService]
    when: object.spec.http.exists(r, !has(r.timeout))
`,
    )
    const found = await analyzed('--config', config)
    expect(found).toContain('Error ORG0001 VirtualService shop/api')
    expect(found).not.toContain('Error ORG0001 VirtualService shop/web')
    expect(found.filter(each => each.includes('ORG0002'))).toEqual(['Warning ORG0002 VirtualService shop/web'])
  })

  test('a condition that cannot be evaluated for an object is not evaluated, and the exit code says so', async () => {
    const config = file(
      'open.yaml',
      'rules: [{code: ORG0001, title: Team, kinds: [VirtualService], when: \'object.metadata.labels.team == "b"\'}]\n',
    )
    const {code, stderr} = await meshctl(['analyze', MESH, '--no-use-kube', '--config', config, '--skip', 'IST0101'])
    expect(stderr).toMatch(/not evaluated: ORG0001: .*VirtualService shop\/api/)
    expect(code).toBe(3)
    const wrong = file(
      'wrong.yaml',
      "rules: [{code: ORG0001, title: Team, kinds: [VirtualService], when: 'pod.labels'}]\n",
    )
    expect((await meshctl(['analyze', MESH, '--no-use-kube', '--config', wrong])).code).toBe(2)
  })
})

const POD = `apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
  labels: {app: web, version: v1, sidecar.istio.io/inject: "true"}
  annotations: {ANNOTATIONS}
spec: {securityContext: {runAsUser: 1337}, containers: [{name: app, image: "app:1"}]}
`

describe('check suppresses as analyze does', () => {
  const pod = file('pod.yaml', POD.replace('ANNOTATIONS', ''))
  const uid = async (...more: readonly string[]) => {
    const {stdout} = await meshctl(['check', '-f', pod, '--only', 'MCT1001', '-o', 'json', ...more])
    const {findings} = JSON.parse(stdout) as {findings: readonly {accepted?: string}[]}
    return findings.map(({accepted}) => accepted)
  }

  test('-S in both spellings of a name, by each name of the rule', async () => {
    expect(await uid()).toEqual([undefined])
    for (const flag of ['IST0144=Pod shop/web', 'MCT1001=Pod web.shop', 'proxy-uid=Pod shop/*'])
      expect(await uid('-S', flag)).toEqual([`-S ${flag}`])
    expect(await uid('-S', 'IST0144=Pod shop/other')).toEqual([undefined])
    expect((await meshctl(['check', '-f', pod, '-S', 'IST0144'])).code).toBe(2)
  })

  test("Istio's annotation", async () => {
    const annotated = file(
      'annotated.yaml',
      POD.replace('ANNOTATIONS', 'galley.istio.io/analyze-suppress: "IST0102, IST0144"'),
    )
    const {stdout} = await meshctl(['check', '-f', annotated, '--only', 'MCT1001', '-o', 'json'])
    expect(stdout).toContain('"accepted": "annotation galley.istio.io/analyze-suppress"')
  })
})

describe('check -A', () => {
  test('finds what is wrong with the configuration too, each Istio code once, and selects rules of both kinds', async () => {
    const {stdout, code} = await meshctl(['check', '-A', '-f', MESH, '-o', 'json'])
    const {findings} = JSON.parse(stdout) as {findings: readonly {code: string; object: {kind: string}}[]}
    expect(findings.map(each => each.code)).toContain('MCT2002')
    expect(code).toBe(1)
    const only = await meshctl(['check', '-A', '-f', MESH, '-o', 'json', '--only', 'MCT1001,IST0101'])
    const codes = (JSON.parse(only.stdout) as {findings: readonly {code: string}[]}).findings.map(each => each.code)
    expect([...new Set(codes)]).toEqual(['MCT2002'])
  })
})

test('analyze -r leaves out what another revision owns, and nothing that owns no revision', async () => {
  const text = (name: string, revision: string) =>
    `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: ${name}, namespace: shop${revision}}\nspec: {hosts: [a], http: [{route: [{destination: {host: nowhere}}]}]}\n`
  const mesh = file(
    'revisions.yaml',
    [
      text('mine', ', labels: {istio.io/rev: canary}'),
      text('other', ', labels: {istio.io/rev: stable}'),
      text('all', ''),
    ].join('---\n'),
  )
  const names = async (...more: readonly string[]) => {
    const {stdout} = await meshctl(['analyze', mesh, MESH, '--no-use-kube', '-o', 'json', '--only', 'MCT2002', ...more])
    const found = JSON.parse(stdout) as readonly {origin: string}[]
    return found.map(({origin}) => origin.replace('VirtualService shop/', '')).sort()
  }
  expect(await names()).toEqual(['all', 'mine', 'other', 'web'])
  expect(await names('-r', 'canary')).toEqual(['all', 'mine', 'web'])
})
