import {expect, test} from '@jest/globals'
import {redactEvidence, redactObject} from '../../../src/formats/redact/redact.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'

const S = 'Wq8-nB3_vT6zKp'
const P = 'hunter2!Blue'
const b64 = (text: string) => Buffer.from(text).toString('base64')
const url = (text: string) => Buffer.from(text).toString('base64url')
const KEY = 'MIGkAgEBBDBWq8nB3vT6zKp0123456789abcdefghijklmnopqrstuvwxyzABCDE'
const jwt = [url('{"alg":"RS256","kid":"k1"}'), url('{"sub":"zoe","aud":"mesh"}'), 'sigQ8zLmN4xVb7TtK2wP0yRr'].join('.')
const SIGNED = 'sigQ8zLmN4xVb7TtK2wP0yRr'
const PARTS = [
  'OKOawDo13gRp2ojaHV7LFpZcgV7T6DVZ',
  '48V1_ALb6US04U3b',
  '5eym8TW_c8SuK0ltJ3rpYIzO',
  'XFBoMYUZodetZdvTiFvSkQ',
]
const jwe = [url('{"alg":"RSA-OAEP"}'), ...PARTS].join('.')

function pem(type: string, end = '\n'): string {
  return [`-----BEGIN ${type}-----`, KEY, `-----END ${type}-----`, ''].join(end)
}

function pod(spec: object, metadata: object = {}): object {
  return {apiVersion: 'v1', kind: 'Pod', metadata: {name: 'a', namespace: 'b', ...metadata}, spec}
}

type Where = 'log' | 'dump' | 'obj'

/** Ways in which clouds, drivers, Helm and Envoy write secrets, each with what must go; `kept` must stay. */
const FORMS: readonly (readonly [string, Where, unknown, readonly string[]])[] = [
  ['jwt in query', 'log', `"GET /cb?id_token=${jwt}&kept=1 HTTP/1.1" 200`, [SIGNED]],
  ['jwt bare in log', 'log', `validated ${jwt} for kept`, [SIGNED]],
  ['jwt percent-dotted', 'log', `redirect=https%3A%2F%2Fkept%2F%3Ftoken%3D${jwt}`, [SIGNED]],
  ['jwe', 'log', `assertion ${jwe} kept`, PARTS],
  ['pem openssh', 'dump', {a: pem('OPENSSH PRIVATE KEY'), k: 'kept'}, [KEY.slice(14, 40)]],
  [
    'pem dsa folded yaml',
    'log',
    `tls:\n  kept: a\n  key: >\n${pem('DSA PRIVATE KEY')
      .split('\n')
      .map(l => `    ${l}`)
      .join('\n')}`,
    [KEY.slice(14, 40)],
  ],
  ['pem one line spaces', 'log', `kept key=${pem('PRIVATE KEY', ' ')} kept`, [KEY.slice(14, 40)]],
  ['pem pgp', 'log', `${pem('PGP PRIVATE KEY BLOCK')}kept`, [KEY.slice(14, 40)]],
  [
    'pem with headers',
    'log',
    `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,ABCDEF\n\n${KEY}\n-----END RSA PRIVATE KEY-----\nkept`,
    [KEY.slice(14, 40)],
  ],
  [
    'pem base64',
    'obj',
    pod({containers: [{name: 'kept'}]}, {annotations: {'x/tls': b64(pem('EC PRIVATE KEY'))}}),
    [b64(pem('EC PRIVATE KEY')).slice(60, 100)],
  ],
  [
    'pem base64 twice',
    'dump',
    {x: b64(b64(pem('PRIVATE KEY'))), k: 'kept'},
    [b64(b64(pem('PRIVATE KEY'))).slice(80, 120)],
  ],
  ['pem cut', 'log', `kept -----BEGIN PRIVATE KEY-----\n${KEY}\nWq8nB3vT6zKpABCDEF`, [KEY.slice(14, 40)]],
  [
    'azure sas',
    'log',
    'https://kept.blob.core.windows.net/c?sv=2022&se=kept&sig=Zk3pQ9vTnB6Lx1W8yR4m%2FabcdEFG%3D',
    ['Zk3pQ9vTnB6Lx1W8yR4m'],
  ],
  [
    'azure servicebus',
    'dump',
    {
      cs: `Endpoint=sb://kept.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=${b64('0123456789abcdef0123456789abcdef')}`,
    },
    [b64('0123456789abcdef0123456789abcdef')],
  ],
  [
    'gcp key json in annotation',
    'obj',
    pod(
      {},
      {
        annotations: {
          'x/gcp': JSON.stringify({type: 'service_account', project_id: 'kept', private_key: pem('PRIVATE KEY')}),
        },
      },
    ),
    [KEY.slice(14, 40)],
  ],
  ['jdbc', 'dump', {url: `jdbc:postgresql://kept:5432/db?user=zoe&password=${P}&ssl=true`}, [P]],
  ['amqp', 'obj', pod({containers: [{name: 'kept', args: [`--broker=amqp://zoe:${S}@kept:5672/%2f`]}]}), [S]],
  ['redis no user', 'log', `redis://:${S}@kept:6379/0`, [S]],
  ['dsn libpq', 'log', `host=kept user=zoe password='${P}' dbname=x`, [P]],
  ['odbc', 'log', `Driver={SQL};Server=kept;UID=zoe;PWD=${S};`, [S]],
  ['ado spaced', 'log', `Data Source=kept;User Id=zoe;Password = ${P};Pooling=true`, [P]],
  [
    'kafka jaas',
    'obj',
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {name: 'istio'},
      data: {
        mesh: `x: kept\nsasl.jaas.config: org.apache.kafka.common.security.plain.PlainLoginModule required username="zoe" password="${P}";\n`,
      },
    },
    [P],
  ],
  ['basic url percent', 'log', `https://zoe:p%40ss${S}@kept/`, [S]],
  ['url token user', 'log', `https://oauth2:${S}@gitlab.kept/x.git`, [S]],
  [
    'kubeconfig client-key-data',
    'log',
    `users:\n- name: kept\n  user:\n    client-key-data: ${b64(pem('RSA PRIVATE KEY'))}\n`,
    [b64(pem('RSA PRIVATE KEY')).slice(30, 70)],
  ],
  [
    'kubeconfig in configmap istio',
    'obj',
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {name: 'istio-remote'},
      data: {kubeconfig: `users:\n- name: kept\n  user: {token: ${S}}\n`},
    },
    [S],
  ],
  [
    'docker auths',
    'obj',
    pod({}, {annotations: {'x/docker': JSON.stringify({auths: {'kept.io': {auth: b64(`zoe:${S}`)}}})}}),
    [b64(`zoe:${S}`), S],
  ],
  ['docker identitytoken', 'dump', {auths: {'kept.io': {identitytoken: S}}}, [S]],
  ['env list k=v string', 'dump', {env: [`DB_PASS=${P}`, 'PATH=kept']}, [P]],
  [
    'helm values',
    'obj',
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {name: 'values'},
      data: {
        'values.yaml': `global:\n  hub: kept\npostgresql:\n  auth:\n    postgresPassword: ${P}\n    replicationPassword: ${S}\n`,
      },
    },
    [P, S],
  ],
  [
    'helm values existing',
    'obj',
    {
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: {name: 'kept'},
      spec: {values: {grafana: {adminPassword: P}, smtp: {pass: S}}},
    },
    [P, S],
  ],
  [
    'argocd app',
    'obj',
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: {name: 'kept'},
      spec: {source: {helm: {parameters: [{name: 'db.password', value: P}], values: `apiToken: ${S}\nkept: 1\n`}}},
    },
    [P, S],
  ],
  [
    'envoy header add append',
    'dump',
    {request_headers_to_add: [{header: {key: 'X-Internal-Auth', value: S}, append_action: 'kept'}]},
    [S],
  ],
  [
    'envoy raw_value',
    'dump',
    {header: {key: 'authorization', raw_value: b64(`Bearer ${S}`)}, k: 'kept'},
    [b64(`Bearer ${S}`)],
  ],
  [
    'envoy direct response',
    'dump',
    {direct_response: {status: 200, body: {inline_string: `{"apiKey":"${S}","k":"kept"}`}}},
    [S],
  ],
  [
    'envoy inline_bytes key',
    'dump',
    {
      tls_certificates: [
        {
          certificate_chain: {inline_string: 'kept'},
          private_key: {inline_bytes: b64(pem('PRIVATE KEY'))},
          password: {inline_string: P},
        },
      ],
    },
    [b64(pem('PRIVATE KEY')).slice(30, 60), P],
  ],
  [
    'envoy pkcs12',
    'dump',
    {tls_certificates: [{pkcs12: {inline_bytes: b64('0123456789pkcs12Wq8nB3vT6zKpABCDEFGHIJKLMNOP')}, k: 'kept'}]},
    [b64('0123456789pkcs12Wq8nB3vT6zKpABCDEFGHIJKLMNOP')],
  ],
  ['envoy generic_secret', 'dump', {secret: {name: 'kept', generic_secret: {secret: {inline_string: S}}}}, [S]],
  ['envoy generic_secrets map', 'dump', {generic_secret: {secrets: {kept: {inline_string: S}}}}, [S]],
  [
    'envoy basic_auth users',
    'dump',
    {users: {inline_string: `zoe:{SHA}${b64('aaaaaaaaaaaaaaaaaaaa')}`}, k: 'kept'},
    [b64('aaaaaaaaaaaaaaaaaaaa')],
  ],
  ['envoy api_key_auth', 'dump', {credentials: [{key: S, client: 'kept'}]}, [S]],
  ['envoy hmac', 'dump', {gcp_authn: {http_uri: 'kept'}, signing_key: {inline_string: S}}, [S]],
  ['envoy dns/regex rewrite', 'dump', {regex_rewrite: {substitution: `/kept?apikey=${S}`}}, [S]],
  [
    'wasm struct config',
    'dump',
    {
      configuration: {
        '@type': 'type.googleapis.com/google.protobuf.Struct',
        value: {upstreams: [{name: 'kept', bearer: S}]},
      },
    },
    [S],
  ],
  [
    'wasm base64 any',
    'dump',
    {
      configuration: {
        '@type': 'type.googleapis.com/google.protobuf.BytesValue',
        value: b64(JSON.stringify({password: P, k: 'kept'})),
      },
    },
    [b64(JSON.stringify({password: P, k: 'kept'})).slice(4, 30)],
  ],
  [
    'base64 json annotation',
    'obj',
    pod({}, {annotations: {'x/cfg': b64(JSON.stringify({user: 'zoe', password: P}))}}),
    [b64(JSON.stringify({user: 'zoe', password: P})).slice(20, 50)],
  ],
  [
    'base64 env file',
    'log',
    `kept config=${b64(`USER=zoe\nDB_PASSWORD=${P}\n`)}`,
    [b64(`USER=zoe\nDB_PASSWORD=${P}\n`).slice(10, 40)],
  ],
  [
    'escaped json annotation',
    'obj',
    pod({}, {annotations: {'x/c': JSON.stringify(JSON.stringify({a: {token: S, b: 'kept'}}))}}),
    [S],
  ],
  [
    '3x escaped json',
    'dump',
    {n: JSON.stringify({m: JSON.stringify({o: JSON.stringify({clientSecret: S, k: 'kept'})})})},
    [S],
  ],
  ['vault hvs', 'log', 'kept hvs.CAESIJWq8nB3vT6zKpABCDEFGHIJKLMNOP-_abc', ['CAESIJWq8nB3vT6zKp']],
  ['otp seed', 'log', `otpauth://totp/kept?secret=JBSWY3DPEHPK3PXP&issuer=kept`, ['JBSWY3DPEHPK3PXP']],
  ['age key', 'log', 'kept AGE-SECRET-KEY-1QYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQ', ['1QYQSZQGPQYQSZQG']],
  [
    'wireguard',
    'log',
    `PrivateKey = ${b64('0123456789abcdef0123456789abcdef')}\nkept`,
    [b64('0123456789abcdef0123456789abcdef')],
  ],
  ['ssh passphrase arg', 'obj', pod({containers: [{name: 'kept', args: ['--tls-key-passphrase', P]}]}), [P]],
  [
    'arg short -p glued',
    'obj',
    pod({containers: [{name: 'kept', command: ['mysql', '-uzoe', `-p${P}`, '-hkept']}]}),
    [P],
  ],
  [
    'shell in arg',
    'obj',
    pod({containers: [{name: 'kept', command: ['sh', '-c', `curl -u zoe:${S} https://kept`]}]}),
    [S],
  ],
  [
    'probe exec',
    'obj',
    pod({containers: [{name: 'kept', livenessProbe: {exec: {command: ['redis-cli', '-a', S, 'ping']}}}]}),
    [S],
  ],
  [
    'probe header',
    'obj',
    pod({
      containers: [
        {
          name: 'kept',
          livenessProbe: {
            httpGet: {path: `/h?key=${S}`, httpHeaders: [{name: 'Authorization', value: `Basic ${b64(`zoe:${S}`)}`}]},
          },
        },
      ],
    }),
    [S, b64(`zoe:${S}`)],
  ],
  [
    'envFrom inline downward',
    'obj',
    pod({
      containers: [
        {name: 'istio-proxy', env: [{name: 'PROXY_CONFIG', value: JSON.stringify({proxyMetadata: {SECRET_THING: S}})}]},
      ],
    }),
    [S],
  ],
  [
    'status message',
    'obj',
    {
      ...pod({containers: []}),
      status: {
        containerStatuses: [{name: 'kept', state: {terminated: {message: `dial postgres://zoe:${S}@kept failed`}}}],
      },
    },
    [S],
  ],
  [
    'event note',
    'obj',
    {apiVersion: 'v1', kind: 'Event', metadata: {name: 'kept'}, message: `Failed to pull: Authorization: Bearer ${S}`},
    [S],
  ],
  [
    'service entry label',
    'obj',
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'ServiceEntry',
      metadata: {name: 'kept', annotations: {note: `api_key is ${S}`}},
    },
    [S],
  ],
  [
    'authz policy values',
    'obj',
    {
      apiVersion: 'security.istio.io/v1',
      kind: 'AuthorizationPolicy',
      metadata: {name: 'kept'},
      spec: {rules: [{when: [{key: 'request.headers[x-api-key]', values: [S]}]}]},
    },
    [S],
  ],
  [
    'vs header match',
    'obj',
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: {name: 'kept'},
      spec: {http: [{match: [{headers: {cookie: {regex: `.*session=${S}.*`}}}]}]},
    },
    [S],
  ],
  ['istio agent log', 'log', `info Workload SDS token=${S} kept`, [S]],
  ['graphql body', 'log', `{"query":"mutation { login(user: \\"zoe\\", password: \\"${P}\\") { kept } }"}`, [P]],
  ['multipart', 'log', `Content-Disposition: form-data; name="password"\r\n\r\n${P}\r\n--kept`, [P]],
  ['toml', 'log', `[db]\nhost = "kept"\npassword = '''${P}'''\n`, [P]],
  ['properties escaped', 'log', `db.password=${P.replace('!', '\\!')}\nkept=1`, ['hunter2']],
  ['ini colon', 'log', `smtp_password : ${P}\nkept : 1`, [P]],
  ['terraform', 'log', `kept\n  secret_key = "${S}"\n`, [S]],
  ['camel in logfmt', 'log', `level=info dbPassword=${S} user=kept`, [S]],
  ['hyphen flag =', 'log', `exec: ["app","--oidc-client-secret=${S}","--kept=1"]`, [S]],
]

function redacted(where: Where, value: unknown): string {
  if (where === 'obj') return JSON.stringify(redactObject(value as KubeObject))
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const id = where === 'log' ? 'log.istio-proxy' : 'envoy.config_dump'
  return Buffer.from(redactEvidence(id, Buffer.from(text))).toString()
}

const keptIn = (text: string) => text.split('kept').length - 1

test.each(FORMS)('%s', (_form, where, value, secrets) => {
  const after = redacted(where, value)
  expect(secrets.filter(each => after.includes(each))).toEqual([])
  expect(keptIn(after)).toBe(keptIn(typeof value === 'string' ? value : JSON.stringify(value)))
})

test.each([
  '"GET /a?key=orders-2024&x=1"',
  'GET /maps?key=reviews',
  'bearer: enabled',
  '{"bearer":"spiffe://cluster.local/ns/Demo1/sa/x"}',
  'bearer token missing for reviews-v1',
  'Content-Disposition: form-data; name="file"\r\n\r\nhello',
  '{"pkcs12":{"filename":"/etc/a.p12"}}',
])('no secret: %s', text => {
  expect(redacted('log', text)).toBe(text)
})
