import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import {afterAll, describe, expect, test} from '@jest/globals'
import {zipSync} from 'fflate'
import {pack} from 'tar-stream'
import {formsIn} from '../../src/formats/forms/forms-in.js'
import {htmlText} from '../../src/formats/html-text.js'
import {INPUT_FORMS} from '../../src/model/evidence/input-form.js'
import {SPECIMENS} from '../fixtures/forms/specimens.js'
import {meshctl} from '../support/cli.js'
import {firstCommandsAnswer} from './form-commands.js'

const folder = mkdtempSync(join(tmpdir(), 'meshctl-forms-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

function ids(text: string): readonly string[] {
  return formsIn('x', Buffer.from(text)).map(({id}) => id)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

describe('every form that meshctl recognises', () => {
  test('has a specimen, and no specimen is of another', () => {
    expect([...new Set(SPECIMENS.map(({form}) => form))].sort()).toEqual(INPUT_FORMS.map(({id}) => id).sort())
  })

  test.each(SPECIMENS.map(specimen => [specimen.form, specimen] as const))(
    '%s is recognised by its content, whatever is around it',
    (form, {text}) => {
      expect(ids(text)[0]).toBe(form)
      expect(ids(text.replaceAll('\n', '\r\n'))[0]).toBe(form)
      expect(ids(`\ufeff${text}`)[0]).toBe(form)
      expect(ids(htmlText(`<html><body><p>hello</p><pre><code>${escaped(text)}</code></pre></body></html>`))).toContain(
        form,
      )
      expect(ids(`这是一段输出：\n\n\`\`\`\n${text}\`\`\`\n\n谢谢。\n`)).toContain(form)
      expect(ids(`root@web-0:/# kubectl exec web-0 -- cat it\n${text}\n`)).toContain(form)
    },
  )

  firstCommandsAnswer(0.1)
})

describe('objects among other text', () => {
  const deployment = [
    'apiVersion: apps/v1',
    'kind: Deployment',
    'metadata: {name: web, namespace: shop}',
    'spec:',
    '  selector: {matchLabels: {app: web}}',
    '  template:',
    '    metadata: {labels: {app: web}}',
    '    spec:',
    '      containers: [{name: web, image: web, securityContext: {runAsUser: 1337}}]',
    '',
  ].join('\n')
  const json = JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {name: 'web', namespace: 'shop'},
      spec: {securityContext: {runAsUser: 1337}, containers: [{name: 'web', image: 'web'}]},
    },
    undefined,
    2,
  )

  test.each([
    ['Markdown', `# 部署\n\n\`\`\`yaml\n${deployment}\`\`\`\n\n完成。\n`, 'md.txt:12'],
    ['front matter', `---\ntitle: x\ntags: istio\n---\n\n## text\n\n\`\`\`\n${deployment}\`\`\`\n`, 'md.txt:17'],
    ['a prompt', `$ kubectl get deploy web -o yaml\n${deployment}$ exit\n`, 'md.txt:10'],
    ['a quotation', `He wrote:\n${deployment.replace(/^(?=.)/gm, '> ')}\nand more\n`, 'md.txt:10'],
    ['tabs', `Then:\n${deployment.replace(/^(?=.)/gm, '\t')}\nand more\n`, 'md.txt:10'],
    ['JSON behind a prompt', `$ kubectl get pod web -o json\n${json}\n$ exit\n`, 'md.txt:'],
  ])('%s: checked where they stand', async (_, text, place) => {
    const path = file('md.txt', text)
    const run = await meshctl(['check', '-f', path, '--only', 'MCT1001', '-o', 'wide'])
    expect(run.stdout).toContain('runs as uid 1337')
    expect(run.stdout).toContain(place)
    expect(run.code).toBe(1)
  })

  test('a text that begins as a manifest is read as one, with its mistakes', async () => {
    const path = file('bad.yaml', deployment.replace('spec:\n', 'spec\n'))
    const run = await meshctl(['check', '-f', path])
    expect(run.code).toBe(2)
    expect(run.stderr).toMatch(/bad\.yaml:\d+:\d+: /)
  })
})

describe('answers of meshctl given back to it', () => {
  test('rules and sockets are read as what they were made from', async () => {
    const kernel = await meshctl(['iptables', 'deploy/reviews-v1', '-n', 'demo', '--from', 'sample', '-o', 'json'])
    const again = await meshctl(['iptables', '-f', file('rules.json', kernel.stdout)])
    expect(again.stdout).toMatch(/18 rules[\s\S]*Inbound +TCP goes to the proxy \(port 15006\)/)
    const ports = await meshctl(['ports', 'deploy/reviews-v1', '-n', 'demo', '--from', 'sample', '-o', 'json'])
    const sockets = await meshctl(['ports', '-f', file('ports.json', ports.stdout)])
    expect(sockets.stdout).toMatch(/15006\/tcp +\* +envoy \(1337\)/)
  })
})

describe('what to run next is the command of the user, corrected', () => {
  test('a wrong name, a wrong command, and the source are kept', async () => {
    const typo = await meshctl(['ports', 'deploy/review-v1', '-n', 'demo', '--from', 'sample'])
    expect(typo.stderr).toContain('Next: meshctl ports deploy/reviews-v1.demo -n demo --from sample')
    const stats = await meshctl(['explain', '-f', file('s.txt', 'cluster.x.upstream_cx_total: 1\nserver.live: 1\n')])
    expect(stats.stderr).toMatch(/Next: meshctl read \S*s\.txt /)
  })
})

describe('two tables, and two static configurations', () => {
  test('are compared like dumps', async () => {
    const table = (port: number) =>
      `SERVICE FQDN     PORT     SUBSET     DIRECTION     TYPE     DESTINATION RULE\ncart.shop        ${port}     -          outbound      EDS\n`
    const rows = await meshctl(['diff', file('a.txt', table(80)), file('b.txt', table(81))])
    expect(rows.stdout).toMatch(
      /- cluster outbound\|80\|\|cart\.shop +only in a\.txt\s+\+ cluster outbound\|81\|\|cart\.shop +only in b\.txt/,
    )
    const config = (port: number) =>
      `static_resources:\n  listeners:\n  - name: in\n    address: {socket_address: {address: 0.0.0.0, port_value: ${port}}}\n`
    const both = await meshctl(['diff', file('a.yaml', config(8080)), file('b.yaml', config(8081))])
    expect(both.stdout).toMatch(/1 listener changed[\s\S]*8080 → 8081/)
  })
})

describe('what people paste', () => {
  async function read(text: string): Promise<string> {
    const run = await meshctl(['read', file('pasted.txt', text)])
    return `${run.stdout}${run.stderr}`.replace(/\s+/g, ' ')
  }

  test.each([
    [
      'what curl -v printed',
      '> GET /people HTTP/1.1\n>\n< HTTP/1.1 503 Service Unavailable\n< server: istio-envoy\n<\nupstream connect error or disconnect/reset before headers. reset reason: connection failure\n',
      /could not connect to the upstream \(UF\)/,
    ],
    [
      'a table of Istio 1.1 with two parentheses in a cell: no proxy is lost',
      'PROXY                CDS        LDS        EDS                                 RDS        PILOT         VERSION\nweb-1.shop           SYNCED     SYNCED     STALE (Never Acknowledged) (0%)     NOT SENT   pilot-1       1.1.4\ncart-1.shop          SYNCED     SYNCED     SYNCED (50%)                        SYNCED     pilot-1       1.1.4\n',
      /2 proxies connected.*web-1\.shop has not acknowledged/,
    ],
    [
      'a panic of istio-init',
      'panic: exit status 1\n\ngoroutine 1 [running]:\nistio.io/istio/tools/istio-iptables/pkg/dependencies.(*RealDependencies).RunOrFail(0x3e1a998)\n',
      /Go panic because a command of iptables failed/,
    ],
    [
      'istioctl analyze',
      'Error [IST0101] (VirtualService shop/web) Referenced host not found: "cart"\n',
      /reference to something that does not exist/,
    ],
    [
      'counters of an old Envoy',
      'cluster.out.web.shop.internal.upstream_rq_503: 247\ncluster.out.web.shop.internal.upstream_rq_5xx: 247\n',
      /answered 5xx.*is 247/,
    ],
    [
      'docker ps',
      'CONTAINER ID   IMAGE                               COMMAND                  CREATED       STATUS                   PORTS     NAMES\na93a152621ff   docker.io/istio/proxy_init:0.7.1    "/usr/local/bin/pr..."   8 days ago    Exited (1) 8 days ago              web-init_1\n',
      /container web-init_1 \(docker\.io\/istio\/proxy_init:0\.7\.1\): Exited \(1\)/,
    ],
    [
      'kubectl describe: an init container that fails holds up the others',
      'Name:   web-0\nStatus: Pending\nInit Containers:\n  istio-init:\n    Args:\n      istio-iptables\n      -p\n      15001\n    State:          Waiting\n      Reason:       CrashLoopBackOff\n    Last State:     Terminated\n      Reason:       Error\n      Exit Code:    255\n    Restart Count:  12\n',
      /istio-init is waiting: CrashLoopBackOff, restarted 12 times; its last run ended with Error, exit code 255.*kubectl logs web-0 -c istio-init --previous/,
    ],
  ])('%s', async (_, text, answer) => {
    expect(await read(text)).toMatch(answer)
  })

  test('a row of a table that cannot be read is a gap', async () => {
    const table =
      'RESOURCE NAME     TYPE           STATUS     VALID CERT     SERIAL NUMBER     NOT AFTER     NOT BEFORE\ndefault     Cert Chain     ACTIVE     perhaps     1     2030-01-01T00:00:00Z     2020-01-01T00:00:00Z\nROOTCA     CA     ACTIVE     true     2     2030-01-01T00:00:00Z     2020-01-01T00:00:00Z\n'
    const run = await meshctl(['proxy-config', 'secret', '-f', file('secrets.txt', table)])
    expect(run.stderr).toMatch(/1 row of the table: .*line 2/)
    expect(run.code).toBe(3)
  })
})

describe('what files come in', () => {
  const routes = SPECIMENS.find(({form}) => form === 'dump-routes')?.text ?? ''
  const status = SPECIMENS.find(({form}) => form === 'table-proxy-status')?.text ?? ''

  async function tarOf(files: Readonly<Record<string, string>>): Promise<Uint8Array> {
    const archive = pack()
    for (const [name, text] of Object.entries(files)) archive.entry({name}, text)
    archive.finalize()
    const chunks: Uint8Array[] = []
    for await (const chunk of archive) chunks.push(chunk as Uint8Array)
    return Buffer.concat(chunks)
  }

  test('gzip, zip, tar and both, each with many files', async () => {
    const tar = await tarOf({'a/routes.yaml': routes, 'ps.txt': status})
    const zip = zipSync({
      'a/routes.yaml': Buffer.from(routes),
      'ps.txt': Buffer.from(status),
      '__MACOSX/._ps.txt': Buffer.from('x'),
    })
    const packed = [
      file('many.zip', zip),
      file('many.tar', tar),
      file('many.tgz', gzipSync(tar)),
      file('zip.gz', gzipSync(zip)),
    ]
    for (const path of packed) {
      expect((await meshctl(['pc', 'route', '-f', path])).stdout).toContain('shop.example.com:8080')
      expect((await meshctl(['ps', '-f', path])).stdout).toContain('1 stale')
    }
  })

  test('zstd (compressed by the zstd tool)', async () => {
    // printf 'virtualInbound::0.0.0.0:15006\n' | zstd -19 | base64
    const zstd = Buffer.from('KLUv/QRo8QAAdmlydHVhbEluYm91bmQ6OjAuMC4wLjA6MTUwMDYK4yzM1g==', 'base64')
    expect((await meshctl(['ports', '-f', file('l.zst', zstd)])).stdout).toContain('15006/tcp')
  })

  test('UTF-16, and several files with -f', async () => {
    const utf16 = file('ps16.txt', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(status, 'utf16le')]))
    expect((await meshctl(['ps', '-f', utf16])).stdout).toContain('1 stale')
    const both = ['-f', file('one.txt', status), '-f', file('two.yaml', routes)]
    expect((await meshctl(['ps', ...both])).stdout).toContain('1 stale')
    expect((await meshctl(['pc', 'route', ...both])).stdout).toContain('shop.example.com:8080')
  })

  test('a file of no known form does not keep the others from being answered', async () => {
    const known = file('sockets.txt', 'tcp LISTEN 0 128 0.0.0.0:80 0.0.0.0:*\n')
    const unknown = file('words.txt', 'hello there\n')
    const run = await meshctl(['read', known, unknown])
    expect(run.stdout).toContain('80/tcp')
    expect(run.stderr).toContain(`not checked: ${unknown}`)
    expect(run.stderr).not.toContain('Error:')
    expect(run.code).toBe(3)
  })

  test('a URL is refused with the command that fetches it', async () => {
    for (const argv of [['pc', 'route', '-f'], ['read'], ['explain', '-f'], ['check', '--from']]) {
      const run = await meshctl([...argv, "https://x.test/it's"])
      expect(run.code).toBe(2)
      expect(run.stderr).toContain("Next: curl -fsSL 'https://x.test/it'\\''s' | meshctl read -")
    }
  })

  test('damaged and hostile archives are errors, not hangs or crashes', async () => {
    const zip = zipSync({'a.txt': Buffer.from(routes)})
    for (const bytes of [zip.slice(0, 40), gzipSync(routes).subarray(0, 30), Buffer.from('28b52ffd00112233', 'hex')]) {
      const run = await meshctl(['pc', 'route', '-f', file('bad', bytes)])
      expect(run.code).toBe(2)
      expect(run.stderr).toMatch(/cannot be unpacked|cut short|damaged/)
    }
  })

  test('read says what each is and answers at once; what is in no form is said', async () => {
    const run = await meshctl(['read', file('p.txt', status)])
    expect(run.stdout).toMatch(
      /p\.txt is a table of istioctl proxy-status\n +read by: meshctl proxy-status\n\nmeshctl proxy-status -f .*:\n[\s\S]*1 stale/,
    )
    expect(await meshctl(['read', file('x.txt', 'hello\n')])).toMatchObject({code: 2, stdout: ''})
    expect((await meshctl(['read', '--forms'])).stdout.split('\n').length).toBeGreaterThan(INPUT_FORMS.length)
    expect((await meshctl(['read', '--only', file('y.txt', 'hello\n'), file('z.txt', status)])).code).toBe(3)
  })
})

describe('read of a bundle', () => {
  test('says what it is and how to ask it, not what each blob is', async () => {
    const {stdout, code} = await meshctl(['read', 'src/sample/mesh.tgz'])
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^src\/sample\/mesh\.tgz is a bundle of meshctl: \d+ pods in [a-z, -]*demo, istio-system, captured 2026/,
    )
    expect(stdout).toContain('meshctl check -A --from src/sample/mesh.tgz')
    expect(stdout).not.toContain('blobs/')
  })

  test('an archive that merely looks like one is read file by file', async () => {
    const index = file('bundle.json', '{"format": "other"}')
    expect((await meshctl(['read', index])).stdout + (await meshctl(['read', index])).stderr).not.toContain(
      'is a bundle',
    )
  })
})

describe('diff of all replicas', () => {
  test.each([[['--replicas', '-A']], [['-A', '--replicas']], [['-A']]])('%j asks the same', async words => {
    const {stderr} = await meshctl(['diff', ...words, '--from', 'sample'])
    expect(stderr).not.toContain('expects a value')
    expect(stderr).toContain('fewer than two running replicas')
  })
})

describe('several pieces in one paste', () => {
  const RULES =
    '*nat\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:ISTIO_REDIRECT - [0:0]\n-A OUTPUT -p tcp -j ISTIO_REDIRECT\n-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001\nCOMMIT\n'
  const SOCKETS =
    'State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process\nLISTEN 0 128 127.0.0.1:8080 0.0.0.0:* users:(("python",pid=9,fd=3))\n'
  const ACCESS =
    '[2023-03-02T10:11:12.345Z] "GET / HTTP/1.1" 503 UF upstream_reset_before_response_started{connection_failure} - "-" 0 91 1 - "-" "curl/8" "id" "api:80" "10.0.0.7:8080" outbound|80||api.shop.svc.cluster.local - 10.96.0.1:80 10.0.0.1:4000 - default\n'

  test('each is named and asked its most useful question', async () => {
    const path = file('mixed.txt', `规则如下：\n${RULES}\n端口：\n${SOCKETS}\n日志：\n${ACCESS}`)
    const {stdout} = await meshctl(['read', path])
    expect(stdout).toMatch(/Outbound +TCP goes to the proxy \(port 15001\)/)
    expect(stdout).toMatch(/8080\/tcp +127\.0\.0\.1/)
    expect(stdout).toMatch(/connection to the upstream 10\.0\.0\.7:8080 failed/)
  })

  test('every piece is answered', async () => {
    const processes = 'UID PID PPID C STIME TTY TIME CMD\n1337 7 1 0 10:00 ? 00:00:01 /usr/local/bin/envoy -c x.json\n'
    const status = 'NAME CDS LDS EDS RDS ISTIOD VERSION\nweb-1.shop SYNCED STALE SYNCED SYNCED istiod-1 1.20.0\n'
    const path = file('many.txt', [RULES, SOCKETS, ACCESS, processes, status].join('\n'))
    const {stdout} = await meshctl(['read', path])
    expect(stdout).toMatch(/Outbound +TCP goes to the proxy/)
    expect(stdout).toMatch(/8080\/tcp +127\.0\.0\.1/)
    expect(stdout).toMatch(/connection to the upstream 10\.0\.0\.7:8080 failed/)
    expect(stdout).toMatch(/7 +1337 +Envoy/)
    expect(stdout).not.toContain('not asked yet')
  })
})
