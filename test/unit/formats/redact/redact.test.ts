import {generateKeyPairSync, sign} from 'node:crypto'
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {parseObjects} from '../../../../src/formats/kube-manifest/parse.js'
import {redactEvidence, redactObject} from '../../../../src/formats/redact/redact.js'
import {scrubJson, scrubText} from '../../../../src/formats/redact/scrub.js'
import type {KubeObject} from '../../../../src/model/kube/kube-object.js'
import {skipUnless} from '../../../support/skip-unless.js'

/** Secrets made for this run; none may survive. */
const PEM = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: {type: 'pkcs8', format: 'pem'},
  publicKeyEncoding: {type: 'spki', format: 'pem'},
}).privateKey
const EC = generateKeyPairSync('ec', {namedCurve: 'P-256'})
const EC_PEM = EC.privateKey.export({type: 'sec1', format: 'pem'}).toString()
const HEAD = Buffer.from(JSON.stringify({alg: 'ES256', typ: 'JWT'})).toString('base64url')
const CLAIMS = Buffer.from(JSON.stringify({iss: 'kubernetes/serviceaccount', sub: 'canary'})).toString('base64url')
const JWT = `${HEAD}.${CLAIMS}.${sign('sha256', Buffer.from(`${HEAD}.${CLAIMS}`), EC.privateKey).toString('base64url')}`
const CANARY = 'canary-7f3b9d51c2'

/** Long pieces of each secret: a match of any of them is a leak. */
const PIECES = [
  PEM.split('\n')[5] ?? '?',
  EC_PEM.split('\n')[1] ?? '?',
  JWT.split('.')[1] ?? '?',
  JWT.split('.')[2] ?? '?',
  CANARY,
  Buffer.from(PEM).toString('base64').slice(200, 260),
]

function leaks(text: string): string[] {
  return PIECES.filter(piece => text.includes(piece))
}

const POD: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'p',
    namespace: 'n',
    managedFields: [{manager: CANARY}],
    annotations: {
      'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({env: [{name: 'A', value: CANARY}]}),
      'example.com/token': JWT,
      'proxy.istio.io/config': JSON.stringify({tracing: {lightstep: {accessToken: CANARY}}}),
      'example.com/pgp': `-----BEGIN PGP PRIVATE KEY BLOCK-----\n${CANARY}\n-----END PGP PRIVATE KEY BLOCK-----`,
      'sidecar.istio.io/inject': 'true',
    },
  },
  spec: {
    containers: [
      {
        name: 'app',
        args: [
          '--listen',
          ':9080',
          '--db-password',
          CANARY,
          `--api-key=${CANARY}`,
          `postgres://user:${CANARY}@db:5432/x`,
        ],
        command: ['sh', '-c', `curl -H 'Authorization: Basic ${CANARY}' http://x`],
        env: [
          {name: 'DB', value: CANARY},
          {name: 'ISTIO_META_X', value: CANARY},
          {name: 'FROM', valueFrom: {secretKeyRef: {name: 's', key: 'k'}}},
        ],
        livenessProbe: {
          httpGet: {
            port: 80,
            httpHeaders: [
              {name: 'Authorization', value: CANARY},
              {name: 'X-Plain', value: 'kept'},
            ],
          },
        },
      },
      {
        name: 'istio-proxy',
        env: [
          {name: 'ISTIO_META_INTERCEPTION_MODE', value: 'TPROXY'},
          {
            name: 'PROXY_CONFIG',
            value: JSON.stringify({proxyAdminPort: 15000, tracing: {lightstep: {accessToken: CANARY}}}),
          },
          {
            name: 'ISTIO_KUBE_APP_PROBERS',
            value: JSON.stringify({'/x': {httpGet: {httpHeaders: [{name: 'Authorization', value: CANARY}]}}}),
          },
          {name: 'SOMETHING_ELSE', value: CANARY},
          {name: 'CA_ADDR', value: 'istiod.istio-system.svc:15012'},
        ],
      },
    ],
  },
}

describe('redactObject', () => {
  const clean = redactObject(POD)
  const text = JSON.stringify(clean)

  test('no planted secret survives, whatever field it stands in', () => {
    expect(leaks(JSON.stringify(POD))).toEqual([JWT.split('.')[1], JWT.split('.')[2], CANARY])
    expect(leaks(text)).toEqual([])
  })

  test('mesh settings, names and plain values stay', () => {
    for (const kept of [
      'TPROXY',
      'istiod.istio-system.svc:15012',
      '\\"proxyAdminPort\\":15000',
      ':9080',
      'secretKeyRef',
      '"kept"',
      '"sidecar.istio.io/inject":"true"',
      '"ISTIO_META_X"',
      'postgres://user:',
    ]) {
      expect(text).toContain(kept)
    }
    expect(clean.metadata).not.toHaveProperty('managedFields')
    expect(clean.metadata.annotations).not.toHaveProperty(['kubectl.kubernetes.io/last-applied-configuration'])
  })

  test('a second pass changes nothing', () => {
    expect(redactObject(clean)).toEqual(clean)
  })

  test('Secrets keep their keys alone; ConfigMaps keep contents only when they are the mesh’s own', () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {name: 's'},
      type: 'Opaque',
      data: {'tls.key': Buffer.from(PEM).toString('base64')},
      stringData: {a: CANARY},
    }
    expect(redactObject(secret)).toEqual({...secret, data: {'tls.key': ''}, stringData: {a: ''}})
    const settings = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {name: 'app'},
      data: {'app.yaml': 'colour: blue'},
      binaryData: {b: 'AAAA'},
    }
    expect(redactObject(settings)).toEqual({...settings, data: {'app.yaml': '[redacted]'}, binaryData: {b: ''}})
    const mesh = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {name: 'istio'},
      data: {mesh: `defaultConfig:\n  tracing:\n    accessToken: ${CANARY}\n  discoveryAddress: x:15012\n`},
    }
    expect(redactObject(mesh)).toEqual({
      ...mesh,
      data: {mesh: 'defaultConfig:\n  tracing:\n    accessToken: "[redacted]"\n  discoveryAddress: x:15012\n'},
    })
  })

  test('header values in routes are hidden, header names stay', () => {
    const route = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: {name: 'v'},
      spec: {
        http: [
          {
            match: [{headers: {cookie: {exact: CANARY}, 'end-user': {exact: 'jason'}}}],
            headers: {request: {set: {Authorization: CANARY}}},
          },
        ],
      },
    }
    expect(redactObject(route).spec).toEqual({
      http: [
        {
          match: [{headers: {cookie: {exact: '[redacted]'}, 'end-user': {exact: 'jason'}}}],
          headers: {request: {set: {Authorization: '[redacted]'}}},
        },
      ],
    })
  })
})

describe('redactEvidence', () => {
  const dump = JSON.stringify(
    {
      configs: [
        {
          bootstrap: {
            node: {
              metadata: {
                ANNOTATIONS: {
                  'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({a: {b: CANARY}, c: 'x"y'}),
                },
                token: CANARY,
              },
            },
          },
          secret: {
            tls_certificate: {
              private_key: {inline_bytes: Buffer.from(PEM).toString('base64')},
              password: {inline_string: CANARY},
            },
          },
          other: {
            private_key: {inline_string: PEM},
            request_headers_to_add: [{header: {key: 'authorization', value: `Basic ${CANARY}`}}],
          },
          jwks: JSON.stringify({
            keys: [{kty: 'EC', crv: 'P-256', x: 'public-part-stays-here-0123456789', d: `${CANARY}-private-part`}],
          }),
          envoys: {private_key: {inline_bytes: 'W3JlZGFjdGVkXQ=='}},
          probers: JSON.stringify({p: {httpHeaders: [{name: 'Authorization', value: CANARY}]}}),
          lua: `-- ${EC_PEM}`,
          jwt: JWT,
        },
      ],
    },
    null,
    1,
  )

  test('keys, tokens and credentials leave a dump, which stays JSON of the same shape', () => {
    const clean = Buffer.from(redactEvidence('envoy.config_dump', Buffer.from(dump))).toString('utf8')
    expect(leaks(clean)).toEqual([])
    const before = JSON.parse(dump) as {configs: [Record<string, unknown>]}
    const after = JSON.parse(clean) as {configs: [Record<string, unknown>]}
    expect(Object.keys(after.configs[0])).toEqual(Object.keys(before.configs[0]))
    expect(after.configs[0].envoys).toEqual(before.configs[0].envoys)
    expect(clean).toContain('public-part-stays-here-0123456789')
    expect(clean.split('\n').length).toBe(dump.split('\n').length)
    expect(Buffer.from(redactEvidence('envoy.config_dump', Buffer.from(clean))).toString('utf8')).toBe(clean)
  })

  test('logs lose tokens; a key cut off by the end of the log is hidden too', () => {
    const log = `info x\ncalled http://a/?access_token=${CANARY}&q=1\nAuthorization: Bearer ${CANARY}xyz\n${JWT}\n${PEM.slice(0, 400)}`
    const clean = Buffer.from(redactEvidence('log.istio-proxy', Buffer.from(log))).toString('utf8')
    expect(leaks(clean)).toEqual([])
    expect(clean).toContain('?access_token=[redacted]&q=1')
  })

  test('kernel tables come back as the same bytes, and so does invalid UTF-8 around a secret', () => {
    const rules = Buffer.from('*nat\n-A X -m comment --comment "token=abcdefgh"\n')
    expect(redactEvidence('net.iptables.nft', rules)).toBe(rules)
    const odd = Buffer.concat([Buffer.from([0xff, 0xfe, 0x80]), Buffer.from(JWT), Buffer.from([0xc3])])
    expect([...redactEvidence('log.istio-proxy', odd)]).toEqual([0xff, 0xfe, 0x80, ...Buffer.from('[redacted]'), 0xc3])
  })
})

describe('certificates and words stay', () => {
  test.each([
    '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
    Buffer.from('-----BEGIN CERTIFICATE-----\nMIIBxxxxxxxxxxxxxxxxxxx').toString('base64'),
    'secret:\n  secretName: istio-ca',
    'serviceAccountToken:\n  audience: istio-ca',
    'basic authentication is described elsewhere',
    'http://user@host/path and 10.0.0.1:15012@x',
  ])('%s', text => {
    expect(scrubText(text)).toBe(text)
    expect(scrubJson(text)).toBe(text)
  })
})

const mesh = join(process.cwd(), '..', 'shared', 'data', 'mesh')
const present = existsSync(mesh)
const {test: meshTest} = skipUnless(present, 'the captured mesh in ../shared/data')

describe('a real mesh', () => {
  meshTest('its dumps hold no secrets, so redaction leaves every page as Envoy wrote it, byte for byte', () => {
    const pods = readdirSync(join(mesh, 'pods')).filter(pod => existsSync(join(mesh, 'pods', pod, 'envoy')))
    expect(pods.length).toBeGreaterThan(20)
    for (const pod of pods) {
      for (const [id, file] of [
        ['envoy.config_dump', 'config_dump.json'],
        ['envoy.server_info', 'server_info.json'],
      ] as const) {
        const bytes = readFileSync(join(mesh, 'pods', pod, 'envoy', file))
        expect(Buffer.from(redactEvidence(id, bytes)).equals(bytes)).toBe(true)
      }
    }
  })
  meshTest('its objects lose env values of applications and nothing else of their spec', () => {
    const pods = parseObjects(readFileSync(join(mesh, 'kubernetes', 'objects', 'v1_pods.json')))
    for (const pod of pods) {
      const clean = redactObject(pod)
      const apps = (object: KubeObject) =>
        JSON.stringify(object.spec, (key, value: unknown) => (key === 'value' ? undefined : value))
      expect(apps(clean)).toBe(apps(pod))
      expect(clean.status).toEqual(pod.status)
      expect(redactObject(clean)).toEqual(clean)
    }
  })
})
