import {execFileSync} from 'node:child_process'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {ClientCertificate} from '../../../src/model/envoy/request.js'

/** A certificate as the interpreter knows it, with its files. */
export interface Identity {
  readonly name: string
  readonly cert: string
  readonly key: string
  readonly facts: ClientCertificate
}

function openssl(folder: string, ...args: readonly string[]): void {
  execFileSync('openssl', [...args], {cwd: folder, stdio: ['ignore', 'ignore', 'pipe']})
}

function authority(folder: string, name: string): void {
  openssl(
    folder,
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.pem`,
    '-days',
    '30',
    '-subj',
    `/CN=${name}`,
  )
}

interface Wanted {
  readonly name: string
  readonly by: string
  readonly uris: readonly string[]
  readonly names: readonly string[]
  readonly subject: string
}

function issue(folder: string, wanted: Wanted): Identity {
  const {name, by, uris, names, subject} = wanted
  const sans = [...uris.map(each => `URI:${each}`), ...names.map(each => `DNS:${each}`)].join(',')
  writeFileSync(join(folder, `${name}.ext`), sans === '' ? 'basicConstraints=CA:FALSE\n' : `subjectAltName=${sans}\n`)
  openssl(
    folder,
    'req',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.csr`,
    '-subj',
    subject,
  )
  openssl(
    folder,
    'x509',
    '-req',
    '-in',
    `${name}.csr`,
    '-CA',
    `${by}.pem`,
    '-CAkey',
    `${by}.key`,
    '-CAcreateserial',
    '-out',
    `${name}.pem`,
    '-extfile',
    `${name}.ext`,
    '-days',
    '30',
  )
  const rfc2253 = subject.split('/').filter(Boolean).reverse().join(',')
  return {
    name,
    cert: readFileSync(join(folder, `${name}.pem`), 'utf8'),
    key: readFileSync(join(folder, `${name}.key`), 'utf8'),
    facts: {uriSans: uris, dnsSans: names, subject: rfc2253, trusted: by === 'root', expired: false},
  }
}

const SPIFFE = 'spiffe://cluster.local/ns/demo/sa'

/** Certificates of our own, made for one run: a trusted root, another one, a server, and clients of all kinds. */
export function makeCertificates(folder: string): {
  readonly server: Identity
  readonly impostor: Identity
  readonly clients: readonly Identity[]
} {
  mkdirSync(folder, {recursive: true})
  authority(folder, 'root')
  authority(folder, 'foreign')
  const make = (name: string, by: string, uris: readonly string[], names: readonly string[] = [], subject = '/') =>
    issue(folder, {name, by, uris, names, subject})
  return {
    server: make('server', 'root', [`${SPIFFE}/upstream`], ['up.example.com']),
    impostor: make('impostor', 'root', [`${SPIFFE}/impostor`], ['impostor.example.com']),
    clients: [
      make('app', 'root', [`${SPIFFE}/app`]),
      make('two', 'root', [`${SPIFFE}/first`, `${SPIFFE}/app`]),
      make('named', 'root', [], ['app.example.com']),
      make('subject', 'root', [], [], '/O=demo/CN=app'),
      make('stranger', 'foreign', [`${SPIFFE}/app`]),
    ],
  }
}

/** A server and one client for each identity, all of the trusted root. */
export function makeClients(
  folder: string,
  identities: readonly string[],
): {readonly server: Identity; readonly clients: readonly Identity[]} {
  mkdirSync(folder, {recursive: true})
  authority(folder, 'root')
  const make = (name: string, uri: string) => issue(folder, {name, by: 'root', uris: [uri], names: [], subject: '/'})
  return {
    server: make('server', `${SPIFFE}/upstream`),
    clients: identities.map((uri, i) => make(`client-${i}`, uri)),
  }
}
