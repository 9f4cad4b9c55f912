import {describe, expect, test} from '@jest/globals'
import {redactEvidence, redactObject} from '../../../src/formats/redact/redact.js'
import {scrubText} from '../../../src/formats/redact/scrub.js'

const CHOSEN = 'Winter-Otter-88'
const MADE = 'q7LmZ2xVb9TtK4wN'
/** The beginning of a PKCS #8 key in DER. */
const DER = 'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2'
const LISTED = Buffer.from(JSON.stringify({client_secret: CHOSEN})).toString('base64url')

/** Forms in which secrets are written, each with the secrets in it. */
const FORMS: readonly (readonly [string, string, readonly string[]])[] = [
  ['a key in DER without PEM around it', JSON.stringify({keyPem: DER}), [DER]],
  [
    'a record of Java whose own name is that of a secret',
    `Credentials[user=zoe, password=${CHOSEN}, token=${MADE}]`,
    [CHOSEN, MADE],
  ],
  ['a block scalar', `password: >-\n  ${CHOSEN}\nuser: zoe\n`, [CHOSEN]],
  ['a value with an anchor', `secret: &s ${CHOSEN}\nagain: *s\n`, [CHOSEN]],
  ['a password file of PostgreSQL', `db.shop:5432:shop:zoe:${CHOSEN}`, [CHOSEN]],
  ['a key and a string', JSON.stringify({fields: [{key: 'password', string: CHOSEN}]}), [CHOSEN]],
  ['JSON in base64url behind a name', `state=${LISTED}`, [LISTED]],
  ['an environment before a document', `proxyMetadata: {"LICENSE":"${CHOSEN}"}`, [CHOSEN]],
  ['a here string', `docker login -u zoe --password-stdin <<< "${CHOSEN}"`, [CHOSEN]],
  ['a command that prints it', `RESTIC_PASSWORD_COMMAND=echo ${CHOSEN}`, [CHOSEN]],
  [
    'pairs in lists',
    JSON.stringify([
      ['authorization', `Bearer ${MADE}`],
      ['x-api-key', CHOSEN],
    ]),
    [CHOSEN, MADE],
  ],
  ['a list of two', JSON.stringify({entry: [{string: ['password', CHOSEN]}]}), [CHOSEN]],
  ['CSV', `user,password,role\nzoe,${CHOSEN},admin\nmia,${MADE},user`, [CHOSEN, MADE]],
  ['an aligned table', `USER   PASSWORD          ROLE\nzoe    ${CHOSEN}   admin`, [CHOSEN]],
  ['a table of Markdown', `| user | password |\n|---|---|\n| zoe | ${CHOSEN} |`, [CHOSEN]],
]

describe.each(FORMS)('%s', (_what, text, secrets) => {
  const object = {apiVersion: 'v1', kind: 'Pod', metadata: {name: 'a', annotations: {'example.org/x': text}}}
  const dump = JSON.stringify({configs: [{node: {metadata: {NOTE: text}}}]})
  const read = (id: 'log.istio-proxy' | 'envoy.config_dump', given: string) =>
    Buffer.from(redactEvidence(id, Buffer.from(given))).toString()

  test.each([
    ['a log', () => read('log.istio-proxy', `2026-11-20T18:54:18Z\tinfo\t${text}\n`)],
    ['an annotation', () => JSON.stringify(redactObject(object))],
    ['a dump', () => read('envoy.config_dump', dump)],
  ])('leaves %s', (_where, clean) => {
    for (const secret of secrets) expect(clean()).not.toContain(secret)
  })

  test('is the same when it is redacted again', () => {
    expect(scrubText(scrubText(text))).toBe(scrubText(text))
  })
})

test.each([
  ['names in a list of two', '{"allowed_headers":["authorization","content-type"]}'],
  ['a table of service accounts', 'NAME      SECRETS   AGE\ndefault   0         2d'],
  ['a table of certificates', 'NAME   READY   SECRET     AGE\nweb    True    web-cert   2d'],
  ['a certificate', 'MIIDXTCCAkWgAwIBAgIJAJC1HiIAZAiIMA0GCSqGSIb3DQEBCwUAMEUxCzAJBgNVBAYTAkFV'],
  ['a place in a file of sources', 'main.go:12:3: undefined: token'],
  ['an address of IPv6 with its port', 'upstream 2001:10:ab:cd:ef closed'],
])('%s stays', (_what, text) => {
  expect(scrubText(text)).toBe(text)
})
