import {describe, expect, test} from '@jest/globals'
import {redactEvidence, redactObject} from '../../../../src/formats/redact/redact.js'
import {scrubJson, scrubText} from '../../../../src/formats/redact/scrub.js'
import type {KubeObject} from '../../../../src/model/kube/kube-object.js'

/** Secrets without a shape of their own: only where they stand tells. */
const MARKS = [
  'Zq7wXk29mTb',
  'correct-horse.battery',
  'p(a,s;s)w&rd'.replace('&', '_'),
  'x1y2',
  'hunter2!',
  '/Kx9/+aBc=',
]
const QUOTED = [...MARKS, 'two words Zq7', "it's Zq7w", 'a=b:Zq7w,c']

const NAMES = [
  ...[
    'password',
    'passwd',
    'pwd',
    'db_password',
    'DB_PASS',
    'dbPassword',
    'passphrase',
    'secret',
    'SOME_SECRET',
    'clientSecret',
  ],
  ...[
    'aws_secret_access_key',
    'AWS_SECRET_ACCESS_KEY',
    'secret-key-base',
    'FOO_TOKEN',
    'token',
    'accessToken',
    'refresh_token',
  ],
  ...[
    'api_key',
    'apiKey',
    'x-api-key',
    'private_key',
    'encryption-key',
    'credentials',
    'auth_token',
    'storage_account_key',
  ],
]

/** Ways to write a name and a value, the value in quotes. */
const QUOTED_FORMS: Readonly<Record<string, (name: string, value: string) => string>> = {
  json: (name, value) => `{"a":"kept","${name}":${JSON.stringify(value)},"z":"kept"}`,
  'pretty json': (name, value) => JSON.stringify({a: 'kept', [name]: value, z: 'kept'}, null, 2),
  'json in a string': (name, value) => JSON.stringify({a: 'kept', text: JSON.stringify({[name]: value}), z: 'kept'}),
  'json twice in a string': (name, value) =>
    JSON.stringify({a: 'kept', t: JSON.stringify({u: JSON.stringify({[name]: value})}), z: 'kept'}),
  'yaml in a json string': (name, value) =>
    JSON.stringify({a: 'kept', text: `b: kept\nc:\n  ${name}: ${JSON.stringify(value)}\nd: kept\n`, z: 'kept'}),
  'lua in a json string': (name, value) =>
    JSON.stringify({a: 'kept', code: `local ${name.replaceAll('-', '_')} = ${JSON.stringify(value)}`, z: 'kept'}),
  'a shell line in a json string': (name, value) =>
    JSON.stringify({a: 'kept', code: `export ${name.replaceAll('-', '_')}=${JSON.stringify(value)}; run`, z: 'kept'}),
  'a log line with json': (name, value) => `2026-01-01T00:00:00Z info kept ${JSON.stringify({[name]: value})} kept`,
  yaml: (name, value) => `a: kept\n${name}: ${JSON.stringify(value)}\nz: kept\n`,
  'an element of a yaml list': (name, value) => `a:\n- ${name}: ${JSON.stringify(value)}\n  z: kept\n`,
}

const BARE_FORMS: Readonly<Record<string, (name: string, value: string) => string>> = {
  assignment: (name, value) => `a=kept ${name}=${value} z=kept`,
  ini: (name, value) => `a = kept\n${name} = ${value}\nz = kept`,
  'plain yaml': (name, value) => `a: kept\n${name}: ${value}\nz: kept\n`,
  'nested plain yaml': (name, value) => `a:\n  b:\n    ${name}: ${value}\n  z: kept\n`,
  'an argument': (name, value) => `run --kept --${name.replaceAll('_', '-')}=${value} --z=kept`,
  'an argument in two words': (name, value) => `run --kept --${name.replaceAll('_', '-')} ${value} --z=kept`,
}

function inner(value: string): readonly string[] {
  return [value, JSON.stringify(value).slice(1, -1)]
}

describe('a secret beside its name', () => {
  const cases = NAMES.flatMap(name => [
    ...Object.entries(QUOTED_FORMS).flatMap(([form, write]) =>
      QUOTED.map(value => [form, name, value, write(name, value)] as const),
    ),
    ...Object.entries(BARE_FORMS).flatMap(([form, write]) =>
      MARKS.map(value => [form, name, value, write(name, value)] as const),
    ),
  ])

  test('goes, in every form, and what stands around it stays', () => {
    const left: string[] = []
    for (const [form, name, value, text] of cases) {
      const clean = scrubJson(text)
      const leaked = inner(value).some(each => clean.includes(each))
      const broken = text.startsWith('{') && !isJson(clean)
      const lost = (text.match(/kept/g) ?? []).length !== (clean.match(/kept/g) ?? []).length
      const again = scrubJson(clean) !== clean
      if (leaked || broken || lost || again) left.push(`${form}: ${name} ${value} -> ${clean}`)
    }
    expect(left).toEqual([])
    expect(cases.length).toBeGreaterThan(2000)
  })
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const SECRET = 'Zq7wXk29mTb'

describe('headers with credentials', () => {
  const names = [
    'authorization',
    'Proxy-Authorization',
    'cookie',
    'set-cookie',
    'x-api-key',
    'api-key',
    'X-Vault-Token',
    'x-goog-api-key',
    'private-token',
    'x-access-token',
    'x-amz-security-token',
  ]
  const forms: Readonly<Record<string, (name: string) => string>> = {
    'a header of Envoy': name => JSON.stringify({header: {key: name, value: SECRET}, append_action: 'KEPT'}),
    'raw bytes': name => JSON.stringify({header: {key: name, raw_value: SECRET}}),
    'a match of Envoy': name => JSON.stringify({name, string_match: {exact: SECRET}}),
    'a regex match': name => JSON.stringify({name, string_match: {safe_regex: {regex: SECRET}}}),
    'an old match': name => JSON.stringify({name, exact_match: SECRET}),
    'the value first': name => JSON.stringify({value: SECRET, key: name}),
    'a map': name => JSON.stringify({request: {set: {[name]: SECRET}}}),
    'a match of Istio': name => JSON.stringify({match: [{headers: {[name]: {exact: SECRET}}}]}),
    'pairs in YAML': name => `headers:\n- name: ${name}\n  value: "Api-Token ${SECRET}"\nz: kept\n`,
    'pairs in YAML in JSON': name => JSON.stringify({mesh: `headers:\n- name: ${name}\n  value: ${SECRET}\n`}),
    "Envoy's log": name => `':path', '/kept'\n'${name}', '${SECRET}'\n':scheme', 'https'\n`,
    curl: name => `curl -H '${name}: ${SECRET}' https://kept.example`,
    'a request': name => `GET /kept HTTP/1.1\r\n${name}: Basic ${SECRET}\r\n\r\n`,
    'an access log': name => JSON.stringify({path: '/kept', [name]: SECRET}),
  }
  test.each(Object.entries(forms))('%s', (_form, write) => {
    for (const name of names) {
      const text = write(name)
      const clean = scrubJson(text)
      expect(clean).not.toContain(SECRET)
      expect((clean.match(/kept/gi) ?? []).length).toBe((text.match(/kept/gi) ?? []).length)
      expect(scrubText(text)).not.toContain(SECRET.repeat(2))
      expect(scrubJson(clean)).toBe(clean)
    }
  })
})

describe('objects', () => {
  const object = (kind: string, rest: object, metadata = {}): KubeObject =>
    ({apiVersion: 'v1', kind, metadata: {name: 'istio', namespace: 'istio-system', ...metadata}, ...rest}) as KubeObject
  const filter = (value: object) => object('EnvoyFilter', {spec: {configPatches: [{patch: {value}}]}})
  const source = {inline_string: SECRET}
  test.each([
    [
      'ProxyConfig',
      object('ProxyConfig', {spec: {environmentVariables: {PLAIN: SECRET, ISTIO_META_DNS_CAPTURE: 'kept'}}}),
    ],
    [
      'proxyMetadata in an annotation',
      object(
        'Pod',
        {},
        {annotations: {'proxy.istio.io/config': `proxyMetadata:\n  PLAIN: ${SECRET}\n  ISTIO_META_X: kept\n`}},
      ),
    ],
    [
      'proxyMetadata in a JSON annotation',
      object(
        'Pod',
        {},
        {
          annotations: {
            'proxy.istio.io/config': JSON.stringify({
              proxyMetadata: {API_TOKEN: SECRET, DB_PASSWORD: SECRET, ISTIO_META_X: 'kept'},
            }),
          },
        },
      ),
    ],
    [
      'the environment of an override',
      object(
        'Pod',
        {},
        {
          annotations: {
            'proxy.istio.io/overrides': JSON.stringify({
              containers: [
                {
                  name: 'istio-proxy',
                  env: [
                    {name: 'PLAIN', value: SECRET},
                    {name: 'ISTIO_META_X', value: 'kept'},
                  ],
                },
              ],
            }),
          },
        },
      ),
    ],
    [
      'proxyMetadata of the mesh',
      object('ConfigMap', {
        data: {mesh: `defaultConfig:\n  proxyMetadata:\n    DB_PASS: ${SECRET}\n    ISTIO_META_X: kept\n`},
      }),
    ],
    ['private_key', filter({tls: {private_key: source, name: 'kept'}})],
    ['password', filter({tls: {password: source, name: 'kept'}})],
    ['users of basic_auth', filter({users: source, name: 'kept'})],
    ['auth_password of redis', filter({auth_password: source, auth_username: {inline_string: 'kept'}})],
    ['api_key_auth', filter({credentials: [{key: SECRET, client: 'kept'}]})],
    ['a credential to inject', filter({credential: {generic: {credential: source}}, name: 'kept'})],
    ['generic_secret', filter({generic_secret: {secret: source}, name: 'kept'})],
    ['bytes', filter({private_key: {inline_bytes: SECRET}, name: 'kept'})],
  ])('%s: the secret goes, the rest stays', (_what, given) => {
    const clean = JSON.stringify(redactObject(given))
    expect(clean).not.toContain(SECRET)
    expect(clean).toContain('kept')
    expect(JSON.stringify(redactObject(JSON.parse(clean) as KubeObject))).toBe(clean)
    const dump = Buffer.from(
      redactEvidence('envoy.config_dump', Buffer.from(JSON.stringify({configs: [given]}))),
    ).toString()
    expect(dump).not.toContain(SECRET)
    expect(dump).toContain('kept')
  })
})

test.each([
  'secret: kubernetes://my-credential',
  'token: third-party-jwt',
  'failed to get token: connection refused',
  'error: secret not found: istio-ca-secret',
  '{"authorization":"enabled"}',
  'grpc://[::1]:15010@z',
  '{"secretName":"web-cert","credentialName":"web-cert","tokenPath":"/var/run/secrets/tokens/istio-token"}',
  '{"key":"app","operator":"In","values":["web"]}',
  '{"name":"x-request-id","string_match":{"exact":"abc"}}',
  '{"volumes":[{"name":"istio-token","projected":{"sources":[{"serviceAccountToken":{"audience":"istio-ca","path":"istio-token"}}]}}]}',
  '{"imagePullSecrets":[{"name":"registry"}],"secrets":[{"name":"sa-token"}]}',
  '{"http_cookie":{"name":"user","ttl":"0s"}}',
  '{"max_tokens":10,"tokens_per_fill":10,"fill_interval":"60s"}',
  '{"secretKeyRef":{"name":"db","key":"password"}}',
  '{"from_headers":[{"name":"Authorization","value_prefix":"Bearer "}],"issuer":"https://kept"}',
  'docker-pullable://istio/proxyv2@sha256:0123456789abcdef',
  'postgres://user@db:5432/x',
  `password: $${'{DB_PASSWORD}'}`,
  'PASSWORD=$(DB_PASSWORD)',
  '-A PREROUTING -p tcp -j ISTIO_INBOUND -m comment --comment "auth: token"',
  'Envoy proxy is ready, sds: resource default, secret default loaded',
  '{"allowed_headers":{"patterns":[{"exact":"authorization"},{"exact":"cookie"}]}}',
  '["authorization","content-type"]',
  'info\tsds\tSDS: PUSH\tresource=ROOTCA',
  'spiffe://cluster.local/ns/demo/sa/default',
])('no secret: %s', text => {
  expect(scrubJson(text)).toBe(text)
  expect(scrubText(text)).toBe(text)
})

test('equal secrets have equal placeholders, and a placeholder tells nothing of its secret', () => {
  const [a, b, c] = [SECRET, SECRET, 'x'.repeat(40)].map(value => scrubText(`password=${value}`))
  expect([a, b, c]).toEqual(['password=[redacted]', 'password=[redacted]', 'password=[redacted]'])
})

test.each([
  ['glpat-', 'AbCdEfGh1234567890xy'],
  ['sk_live_', '51AbCdEfGh1234567890'],
  ['npm_', 'AbCdEfGh1234567890AbCdEfGh1234567890'],
  ['AIza', 'SyAbCdEfGh1234567890AbCdEfGh1234567'],
  ['hvs.', 'CAESIAbCdEfGh1234567890'],
  ['ghp_', 'AbCdEfGh1234567890AbCdEfGh1234567890'],
  ['github_pat_', '11AbCdEfGh1234567890_x'],
  ['xoxb-', '123456789012-abcdefghij'],
  ['AKIA', 'ABCDEFGHIJKLMNOP'],
  ['SG.', 'AbCdEfGh1234567890xyzw.AbCdEfGh1234567890AbCdEfGh1234567890'],
  ['pypi-', 'AgEIcHlwaS5vcmcCJAbCdEfGh'],
  ['dckr_pat_', 'AbCdEfGh1234567890xyzw'],
])('a token that begins with %s is known wherever it stands', (prefix, rest) => {
  for (const text of [
    `x ${prefix}${rest} y`,
    `"${prefix}${rest}"`,
    `https://h/?q=${prefix}${rest}&z=1`,
    `(${prefix}${rest})`,
  ])
    expect(scrubText(text)).not.toContain(rest)
})

test.each([
  ['https://kept.example/c?sv=1&sig=AbCd%2Fxyz&se=2', 'AbCd'],
  ['https://kept.example/b?X-Amz-Signature=0123abcdef&X-Amz-Date=1', '0123abcdef'],
  ['https://AbCdEf0123456789Zq@kept.example/r', 'AbCdEf0123456789Zq'],
  ['https://user:p4ss@kept.example/r', 'p4ss'],
  [
    `{"auths":{"kept":{"auth":"${Buffer.from('u:Zq7wXk29').toString('base64')}"}}}`,
    Buffer.from('u:Zq7wXk29').toString('base64'),
  ],
])('%s', (text, secret) => {
  expect(scrubJson(text)).not.toContain(secret)
  expect(scrubJson(text)).toContain('kept')
})

test('a list of environment variables in YAML keeps its names, the settings of the mesh and references; other values go', () => {
  const text = [
    'containers:',
    '- name: app',
    '  env:',
    '  - name: POD_NAME',
    '    valueFrom:',
    '      fieldRef:',
    '        fieldPath: metadata.name',
    '  - name: CA_ADDR',
    '    value: istiod.istio-system.svc:15012',
    '  - name: BACKEND',
    `    value: ${SECRET}`,
    '  image: app:1',
  ].join('\n')
  expect(scrubText(text)).toBe(text.replace(SECRET, '"[redacted]"'))
})
