import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {meshctl} from '../support/cli.js'
import {tempFolder} from '../support/temp-folder.js'

const SAMPLE = {env: {MESHCTL_FROM: 'sample'}}
const folder = tempFolder('check-cli')

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const WEB = `apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web, version: v1}}
spec:
  containers:
    - {name: web, image: x, securityContext: {runAsUser: 1337}}
`

describe('check', () => {
  test('a broken pod: 1, and the result in the first line', async () => {
    const run = await meshctl(['check', 'deploy/sick-uid-v1', '-n', 'demo'], SAMPLE)
    expect(run.code).toBe(1)
    expect(run.stdout).toContain('ERROR MCT1001')
    expect(run.stdout.split('\n')[0]).toMatch(/^Deployment demo\/sick-uid-v1: 1 error/)
    expect(run.stdout).not.toMatch(/\x1b/)
  })

  test('a healthy pod: 0', async () => {
    const run = await meshctl(['check', 'deploy/productpage-v1', '-n', 'demo'], SAMPLE)
    expect(run).toMatchObject({code: 0, stderr: ''})
    expect(run.stdout).toMatch(/0 errors, 0 warnings/)
  })

  test('several pods, a selector, and the whole mesh', async () => {
    const two = await meshctl(['check', 'deploy/sick-uid-v1', 'deploy/reviews-v1', '-n', 'demo', '-o', 'json'], SAMPLE)
    expect(JSON.parse(two.stdout).workloads).toHaveLength(2)
    const selected = await meshctl(['check', '-l', 'app=reviews', '-n', 'demo', '-o', 'json'], SAMPLE)
    expect(JSON.parse(selected.stdout).workloads).toHaveLength(3)
    const all = await meshctl(['check', '-A', '-o', 'short'], SAMPLE)
    expect(all.stdout).toMatch(/^28 workloads and 125 objects: /)
  })

  test('--only, --skip and --fail-on', async () => {
    const only = await meshctl(['check', '-A', '--only', 'IST0144', '-o', 'json'], SAMPLE)
    expect(new Set(JSON.parse(only.stdout).findings.map((each: {code: string}) => each.code))).toEqual(
      new Set(['MCT1001']),
    )
    const skip = await meshctl(['check', 'deploy/sick-uid-v1', '-n', 'demo', '--skip', 'proxy-uid'], SAMPLE)
    expect(skip.code).toBe(0)
    const info = await meshctl(['check', 'deploy/productpage-v1', '-n', 'demo', '--fail-on', 'info'], SAMPLE)
    expect(info.code).toBe(1)
    const unknown = await meshctl(['check', '-A', '--only', 'MCT0000'], SAMPLE)
    expect(unknown.code).toBe(2)
    expect(unknown.stderr).toContain('unknown rule "MCT0000"')
  })

  test('--only and --skip of rules that another run has', async () => {
    const pod = ['check', 'deploy/productpage-v1', '-n', 'demo']
    const configuration = await meshctl([...pod, '--only', 'MCT2001'], SAMPLE)
    expect(configuration).toMatchObject({code: 2, stdout: ''})
    expect(configuration.stderr).toMatch(/rule "MCT2001" is not one of those.*\nNext: meshctl check -A --only MCT2001/)
    const upgrade = await meshctl(['check', '-A', '--only', 'MCT2262'], SAMPLE)
    expect(upgrade.stderr).toContain('Next: meshctl precheck --only MCT2262')
    expect(await meshctl([...pod, '--skip', 'MCT2001'], SAMPLE)).toMatchObject({code: 0, stderr: ''})
    const team = file('team.yaml', 'only: [MCT1001, MCT2001]\n')
    const settings = await meshctl([...pod, '--config', team, '-o', 'short'], SAMPLE)
    expect(settings).toMatchObject({code: 0, stderr: ''})
    expect(settings.stdout).toContain('1 check passed')
  })

  test('manifests from files and from standard input', async () => {
    const given = await meshctl(['check', '-f', file('web.yaml', WEB), '-o', 'github'])
    expect(given.code).toBe(1)
    expect(given.stdout).toMatch(/^::error file=.*web\.yaml,line=6,/)
    const piped = await meshctl(['check', '-f', '-', '-o', 'short'], {input: WEB})
    expect(piped).toMatchObject({code: 1})
    expect(piped.stdout).toMatch(/^Pod default\/web: 1 error.*; would get a sidecar\.$/m)
  })

  test('broken manifests: 1 with a finding, 3 without, 2 when nothing else is readable', async () => {
    const broken = file('broken.yaml', 'kind: Pod\nmetadata: [\n')
    expect((await meshctl(['check', '-f', file('web.yaml', WEB), '-f', broken])).code).toBe(1)
    const clean = file('clean.yaml', WEB.replace('1337', '1000'))
    const run = await meshctl(['check', '-f', clean, '-f', broken])
    expect(run.code).toBe(3)
    expect(run.stdout).toContain('broken.yaml:')
    const alone = await meshctl(['check', '-f', broken])
    expect(alone.code).toBe(2)
    expect(alone.stderr).toMatch(/broken\.yaml:\d+:\d+: /)
    expect(alone.stderr).not.toContain('    at ')
  })

  test('unreadable input is reported on standard error if the form does not show it', async () => {
    const both = file('both.yaml', `kind: Pod\nmetadata: [\n---\n${WEB.replace('1337', '1000')}`)
    const one = ['check', '-f', both, '--only', 'MCT1001']
    for (const form of [['short'], ['junit'], [`json=${join(folder, 'out.json')}`]]) {
      const run = await meshctl([...one, '-o', ...form])
      expect(run.code).toBe(3)
      expect(run.stderr).toMatch(/not checked: .*both\.yaml:\d+:\d+: could not be parsed/)
    }
    expect((await meshctl([...one, '-o', 'table'])).stderr).toBe('')
  })

  test('several forms at once, one on standard output', async () => {
    const [sarif, junit] = [join(folder, 'out.sarif'), join(folder, 'out.xml')]
    const run = await meshctl(
      ['check', 'deploy/sick-port-v1', '-n', 'demo', '-o', `sarif=${sarif}`, '-o', `junit=${junit}`, '-o', 'short'],
      SAMPLE,
    )
    expect(run.code).toBe(1)
    expect(run.stdout.trim().split('\n')).toHaveLength(1)
    expect(JSON.parse(readFileSync(sarif, 'utf8')).version).toBe('2.1.0')
    expect(readFileSync(junit, 'utf8')).toMatch(/^<\?xml /)
    const both = await meshctl(['check', '-A', '-o', 'json', '-o', 'table'], SAMPLE)
    expect(both).toMatchObject({code: 2, stdout: ''})
  })

  test('parameters of a team apply, and an invalid one is an error that names the file', async () => {
    const one = ['check', 'deploy/productpage-v1', '-n', 'demo', '--config']
    const good = file('parameters.yaml', 'parameters: {reserved-port-declared: {extra: [9080]}}\n')
    const run = await meshctl([...one, good, '-o', 'json'], SAMPLE)
    expect(run.code).toBe(1)
    expect(JSON.parse(run.stdout).findings[0]).toMatchObject({code: 'MCT1105', severity: 'error'})
    const bad = file('mistaken.yaml', 'parameters: {reserved-port-declared: {ports: [9080]}}\n')
    const refused = await meshctl([...one, bad], SAMPLE)
    expect(refused).toMatchObject({code: 2, stdout: ''})
    expect(refused.stderr).toContain(`${bad}: parameters.reserved-port-declared.ports: rule MCT1105`)
    expect(refused.stderr).toContain('Its parameters: extra.')
  })

  test('a baseline, a config file, and suggested patches', async () => {
    const baseline = join(folder, 'baseline.yaml')
    await meshctl(['check', '-A', '-o', `baseline=${baseline}`], SAMPLE)
    expect((await meshctl(['check', '-A', '--baseline', baseline, '-o', 'short'], SAMPLE)).code).toBe(0)
    file('.meshctl.yaml', 'failOn: error\nseverities: {MCT1001: warning}\n')
    const own = await meshctl(['check', 'deploy/sick-uid-v1', '-n', 'demo', '-o', 'short'], {...SAMPLE, cwd: folder})
    expect(own.code).toBe(0)
    expect(own.stdout).toContain('0 errors, 1 warning')
    const fix = await meshctl(['check', 'deploy/sick-uid-v1', '-n', 'demo', '--fix'], SAMPLE)
    expect(fix.stdout).toContain('kubectl patch deployment sick-uid-v1 -n demo --type=strategic')
    expect(fix.stderr).not.toContain('not fixed by a patch')
    const two = file('two.yaml', WEB.replace('image: x,', 'image: x, ports: [{containerPort: 15006}],'))
    const rest = await meshctl(['check', '-f', two, '--fix'])
    expect([rest.code, rest.stderr]).toEqual([
      1,
      expect.stringContaining('not fixed by a patch: error MCT1105 (Pod default/web)'),
    ])
  })

  test('unknown names suggest what to type', async () => {
    const run = await meshctl(['check', 'deploy/nothing', '-n', 'demo'], SAMPLE)
    expect(run.code).toBe(2)
    expect(run.stderr).toContain('"nothing" not found')
  })
})

describe('other commands', () => {
  test('ports: 1 when the mesh cannot reach a port, else 0', async () => {
    expect((await meshctl(['ports', 'deploy/sick-loopback-v1', '-n', 'demo'], SAMPLE)).code).toBe(1)
    expect((await meshctl(['ports', 'deploy/productpage-v1', '-n', 'demo'], SAMPLE)).code).toBe(0)
    const piped = await meshctl(['ports', '-f', '-'], {input: 'LISTEN 0 128 *:8080 *:*\n'})
    expect(piped).toMatchObject({code: 0})
    expect(piped.stdout).toContain('8080/tcp')
    expect((await meshctl(['ports', '-f', file('x.txt', 'nothing of the kind')])).code).toBe(2)
  })

  test('text from a pod cannot move the cursor', async () => {
    const evil = 'tcp LISTEN 0 128 *:8080 *:* users:(("\u001b[2Jx",pid=7,fd=3))\n'
    const run = await meshctl(['ports', '-f', '-'], {input: evil})
    expect(run.stdout).toContain('\\x1b[2Jx')
    expect(run.stdout).not.toContain('\u001b')
  })

  test('rules, explain, check-inject, describe', async () => {
    expect((await meshctl(['rules'])).stdout).toMatch(/^CODE +SEVERITY +NAME +TITLE\nMCT1001 /)
    expect((await meshctl(['explain', 'IST0143'])).stdout).toMatch(/^MCT1501 loopback-listener/)
    expect((await meshctl(['explain', 'nonsense'])).code).toBe(2)
    const config = file('own.yaml', 'rules: [{code: ORG0001, title: A rule of ours, when: "true"}]\n')
    expect((await meshctl(['explain', 'ORG0001', '--config', config])).stdout).toContain('A rule of ours')
    expect(await meshctl(['explain'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^WHAT +KNOWN +EXAMPLES\n/),
    })
    const inject = await meshctl(['check-inject', 'deploy/sick-noinject-v1', '-n', 'demo'], SAMPLE)
    expect(inject.stdout).toContain('Pod has sidecar.istio.io/inject=false label, preventing injection')
    const page = await meshctl(['describe', 'service', 'productpage'], SAMPLE)
    expect(page).toMatchObject({code: 0})
    expect(page.stdout).toContain('exposed by Gateway bookinfo-gateway.demo')
  })
})
