import {describe, expect, test} from '@jest/globals'
import {isGenerated, isGeneratedOrHex} from '../../../src/formats/redact/generated.js'
import {redactEvidence, redactObject} from '../../../src/formats/redact/redact.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'

/** Secrets without a shape, as generators make them. */
const S = 'qZ7vKx2LmT4p'
const S2 = 'Hb9RnW3yCd6s'
const HEX = '9f8e7d6c5b4a39281706f5e4d3c2b1a0'

const inLog = (text: string) => Buffer.from(redactEvidence('log.istio-proxy', Buffer.from(text))).toString()
const inDump = (document: object) =>
  Buffer.from(redactEvidence('envoy.config_dump', Buffer.from(JSON.stringify(document)))).toString()
const inObject = (object: object) =>
  JSON.stringify(redactObject({apiVersion: 'v1', kind: 'Pod', metadata: {name: 'x'}, ...object} as KubeObject))

/** Texts in which the name of a secret is near, joined by what no list of forms foresees. */
const LOGS: Readonly<Record<string, string>> = {
  'a default in Lua': `local key = os.getenv("API_KEY") or "${S}" kept`,
  'a comparison in Lua': `if h:headers():get("x-api-key") ~= "${S}" then kept end`,
  'an encoded header in Lua': `h:add("authorization", "Basic " .. h:base64Escape("kept:${S}"))`,
  'a condition of CEL': `request.headers['x-api-key'] == '${S}' && request.path == '/kept'`,
  'a field of a form': `<input name="csrf_token" value="${S}"/> kept`,
  'a setting of XML': `<add key="ApiSecret" value="${S}"/><add key="kept" value="kept"/>`,
  'a property list': `<key>password</key><string>${S}</string> kept`,
  'a table of Markdown': `| password | ${S} |\n| user | kept |`,
  'fields with commas': `"password","${S}","kept"`,
  'a constant of PHP': `define( "AUTH_KEY", "${S}" ); kept`,
  'the text of protobuf, nested': `fields:{key:"MY_PASSWORD" value:{string_value:"${S}"}} kept`,
  'a secret before its name': `inline_string: "${S}" for password kept`,
  'colours of a terminal': `\x1b[36mpassword\x1b[0m=${S} kept`,
  'a here document': `secret = <<EOF\n${S}\nEOF\nkept = 1`,
  'AppRole of Vault': `vault write auth/approle/login role_id=kept secret_id=${S}`,
  'a key store': `keytool -storepass ${S} -keypass ${S2} -alias kept`,
  'the certificate of curl': `curl --cert kept.pem:${S} https://kept`,
  htpasswd: `htpasswd -bn kept ${S}`,
  'keys of AWS without names': `using AKIAQZ7VKX2LMT4PHB9R:${S}/${S2}+abcdefghijklmn kept`,
  PASETO: `v2.local.${S}${S2}abcdefghijklmnop kept`,
  German: `kept\nPasswort: ${S}`,
  Spanish: `contraseña: ${S} kept`,
  Russian: `пароль: ${S} kept`,
  Chinese: `密码：${S} kept`,
  'an English name in Chinese text': `password：${S} kept`,
  Japanese: `パスワード: ${S} kept`,
}

describe('a generated text near the name of a secret', () => {
  test.each(Object.entries(LOGS))('%s', (_name, text) => {
    const after = inLog(text)
    expect([S, S2, 'AKIAQZ7'].filter(mark => after.includes(mark))).toEqual([])
    expect(after.split('kept')).toHaveLength(text.split('kept').length)
    expect(inLog(after)).toBe(after)
  })
})

describe('a generated text where people put texts of their own, whatever its name', () => {
  test.each([
    ['a literal of a tag', {kind: 'Telemetry', spec: {tracing: [{customTags: {kept: {literal: {value: S}}}}]}}],
    ['a tag of hex digits', {kind: 'Telemetry', spec: {tracing: [{customTags: {kept: {literal: {value: HEX}}}}]}}],
    [
      'the default of a tag from a header',
      {
        kind: 'Telemetry',
        spec: {tracing: [{customTags: {x: {header: {name: 'authorization', defaultValue: 'kept'}}}}]},
      },
      'kept',
    ],
    ['a header that is set', {kind: 'VirtualService', spec: {http: [{headers: {request: {set: {'x-kept': S}}}}]}}],
    [
      'a header that is matched',
      {kind: 'VirtualService', spec: {http: [{match: [{headers: {'x-kept': {exact: S}}}]}]}},
    ],
    ['a setting of a plugin', {kind: 'WasmPlugin', spec: {pluginConfig: {kept: S, issuer: 'kept'}}}],
    ['an argument', {spec: {containers: [{name: 'a', args: ['-kept', S]}]}}],
    ['an annotation', {metadata: {name: 'x', annotations: {'example.com/kept': S}}}],
  ])('%s', (_name, object, mark = '') => {
    const after = inObject(object)
    expect([S, HEX].filter(each => after.includes(each))).toEqual([])
    expect(after.includes('kept')).toBe(mark === '')
  })

  test.each([
    ['a header in a route', {header: {key: 'x-kept', value: S}}],
    ['a header that is matched', {name: 'x-kept', string_match: {exact: S}}],
    ['a matcher of an input', {input: {typed_config: {header_name: 'x-kept'}}, value_match: {exact: S}}],
    ['a tag', {tag: 'kept', literal: {value: HEX}}],
  ])('%s of a dump', (_name, part) => {
    const after = inDump({parts: [part]})
    expect([S, HEX].filter(each => after.includes(each))).toEqual([])
    expect(after).toContain('kept')
  })
})

test.each([
  ...[
    'reviews-v1-ccf5b6b84-9cj4v',
    'OAuth2Config',
    'EnableOAuth2Flow',
    'X509v3SubjectAltName',
    '2026-11-20T18',
    'MCT1001',
  ],
  ...[
    'SHA256WithRSA',
    'Ed25519VerificationKey2020',
    'TLS_AES_128_GCM_SHA256',
    'http2ProtocolOptions',
    HEX,
    'v1alpha3beta2',
  ],
  ...['298a41537d-8c3c-45c6-a6f0-72e169895894', 'istio-ingressgateway-external', 'OUTPUT_CERTS', '1.31.0-rc.0'],
])('%s is a name, a version, a time or an id: not generated', text => {
  expect(isGenerated(text)).toBe(false)
})

test('hex digits are a hash or an id, but where people put texts of their own', () => {
  expect([isGenerated(HEX), isGeneratedOrHex(HEX), isGeneratedOrHex(HEX.slice(0, 16))]).toEqual([false, true, false])
})

test.each([
  [
    'nonces of istiod',
    '{"type.googleapis.com/istio.security.Authorization":{"sent":"2026-11-30T00:52:45Z/143d652d0a-A8bf-48Bc","x":"Qz7vKx2LmT4p"}}',
  ],
  ['the name of a pull secret', '{"imagePullSecret":"registry-credentials"}'],
  ['prose', 'failed to get token: connection refused by api-7c9 after 3s, see RFC6750 and OAuth2Config'],
])('%s stay', (_name, text) => {
  expect(inLog(text)).toBe(text)
})
