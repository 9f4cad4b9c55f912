import {chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import type {RequestOptions} from 'node:https'
import {tmpdir} from 'node:os'
import {delimiter, join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {KubeConfig} from '@kubernetes/client-node'
import {UserError} from '../../../../src/model/evidence/user-error.js'
import {pluginCache} from '../../../../src/sources/cluster/credentials/exec-plugin.js'
import {type AccessOptions, clusterAccess} from '../../../../src/sources/cluster/credentials/kubeconfig.js'
import {kubeconfigPaths, readKubeconfig} from '../../../../src/sources/cluster/credentials/kubeconfig-files.js'
import {rejection} from '../../../support/replay-server.js'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'meshctl-kubeconfig-'))
})
afterAll(() => rmSync(folder, {recursive: true, force: true}))

let files = 0
function file(content: unknown, name = `f${++files}`): string {
  const path = join(folder, name)
  mkdirSync(join(path, '..'), {recursive: true})
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

function config(user: object = {token: 'secret-token'}, cluster: object = {}, context: object = {}): string {
  return file({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'here',
    contexts: [{name: 'here', context: {cluster: 'c', user: 'u', ...context}}],
    clusters: [{name: 'c', cluster: {server: 'https://api.example:6443', ...cluster}}],
    users: [{name: 'u', user}],
  })
}

type Settings = AccessOptions['settings']
function access(
  kubeconfig: string | undefined,
  more: Partial<Settings> = {},
  env: AccessOptions['env'] = {},
  rootFolder?: string,
) {
  const named = kubeconfig === undefined ? {} : {kubeconfig}
  const root = rootFolder === undefined ? {} : {rootFolder}
  return clusterAccess({settings: {asGroups: [], ...named, ...more}, env, interactive: () => false, ...root})
}

async function mistake(promise: Promise<unknown>): Promise<UserError> {
  const error = await rejection(promise)
  if (!(error instanceof UserError)) throw error
  return error
}

async function headers(kubeconfig: string, more: Partial<Settings> = {}) {
  return (await (await access(kubeconfig, more)).credentials()).headers
}

describe('which files are read, and how they are merged', () => {
  test('a named file alone, else KUBECONFIG without empty and repeated entries, else the home folder', () => {
    expect(kubeconfigPaths('x', {KUBECONFIG: 'a'})).toEqual(['x'])
    expect(kubeconfigPaths(undefined, {KUBECONFIG: ['a', '', 'b', 'a'].join(delimiter)})).toEqual(['a', 'b'])
    expect(kubeconfigPaths(undefined, {HOME: '/home/u'})).toEqual([join('/home/u', '.kube', 'config')])
    expect(kubeconfigPaths(undefined, {})).toEqual([])
  })

  test('the first file wins whole entries and the current context; missing files are skipped, same names are not an error', async () => {
    const entry = (server: string) => ({clusters: [{name: 'c', cluster: {server}}]})
    const first = file({...entry('https://first'), contexts: [{name: 'one', context: {cluster: 'c'}}]})
    const second = file({
      ...entry('https://second'),
      'current-context': 'two',
      contexts: [{name: 'two', context: {cluster: 'c', user: 'u'}}],
    })
    const third = file({'current-context': 'three', users: [{name: 'u', user: {token: 't'}}]})
    const env = {KUBECONFIG: [join(folder, 'missing'), first, second, third].join(delimiter)}
    const merged = await readKubeconfig(undefined, env)
    expect(merged?.currentContext).toBe('two')
    expect([...(merged?.contexts.keys() ?? [])]).toEqual(['one', 'two'])
    expect(merged?.clusters.get('c')).toEqual({server: 'https://first'})
    const {server, contextName} = await access(undefined, {}, env)
    expect([server.href, contextName]).toEqual(['https://first/', 'two'])
  })

  test('a named file that is missing, a folder and YAML that is none are errors that name the file', async () => {
    expect((await mistake(access(join(folder, 'nowhere')))).message).toContain('nowhere: no such file or directory')
    expect((await mistake(access(folder))).message).toContain('is a directory')
    expect((await mistake(access(file('a: [')))).message).toMatch(/is not valid YAML: .* line 1/)
    expect((await mistake(access(file('just text')))).message).toContain('is not a kubeconfig')
  })

  test('paths in a file are relative to it, in every file of the list', async () => {
    file('the-authority', 'deep/ca.pem')
    file('the-certificate', 'deep/cert.pem')
    file('the-key', 'deep/key.pem')
    file(' \nfile-token\n', 'deep/token')
    const user = {'client-certificate': 'cert.pem', 'client-key': 'key.pem', tokenFile: 'token'}
    const content = JSON.parse(readFileSync(config(user, {'certificate-authority': 'ca.pem'}), 'utf8')) as object
    const path = file(content, 'deep/config')
    const found = await access(undefined, {}, {KUBECONFIG: [file({}), path].join(delimiter)})
    const {headers, certificate, key} = await found.credentials()
    expect(found.tls.ca?.toString()).toBe('the-authority')
    expect([certificate?.toString(), key?.toString()]).toEqual(['the-certificate', 'the-key'])
    expect(headers).toEqual({Authorization: 'Bearer file-token'})
  })

  test('a context that does not exist says which do; no current context says so', async () => {
    const error = await mistake(access(config(), {context: 'there'}))
    expect(error.message).toContain('context there not found in')
    expect(error.hint).toBe('Contexts: here.')
    expect((await mistake(access(file({contexts: [{name: 'a', context: {}}]})))).message).toContain(
      'sets no current context',
    )
  })

  test('--context picks another; the namespace is the context’s, else default', async () => {
    const path = file({
      'current-context': 'a',
      contexts: [
        {name: 'a', context: {cluster: 'c', namespace: 'blue'}},
        {name: 'b', context: {cluster: 'c'}},
      ],
      clusters: [{name: 'c', cluster: {server: 'https://x'}}],
    })
    expect((await access(path)).namespace).toBe('blue')
    expect((await access(path, {context: 'b'})).namespace).toBe('default')
  })

  test('entries that are broken but not chosen do no harm', async () => {
    const path = file({
      'current-context': 'a',
      contexts: [{name: 'a', context: {cluster: 'c'}}, {name: 'broken'}],
      clusters: [{name: 'c', cluster: {server: 'https://x'}}, {name: 'broken'}],
      users: [{}],
    })
    expect((await access(path)).server.href).toBe('https://x/')
  })
})

describe('inside a pod', () => {
  test('the service account gives server, namespace and a trimmed token; without it the error says what was looked at', async () => {
    const base = 'pod/var/run/secrets/kubernetes.io/serviceaccount'
    file('pod-token\n', `${base}/token`)
    file('pod-ca', `${base}/ca.crt`)
    file('mesh\n', `${base}/namespace`)
    const before = {...process.env}
    process.env.KUBERNETES_SERVICE_HOST = 'fd00::1'
    process.env.KUBERNETES_SERVICE_PORT = '443'
    try {
      const found = await access(undefined, {}, {...process.env, KUBECONFIG: '', HOME: folder}, join(folder, 'pod'))
      expect(found.server.href).toBe('https://[fd00::1]/')
      expect(found.namespace).toBe('mesh')
      expect(found.tls.ca?.toString()).toBe('pod-ca')
      expect((await found.credentials()).headers).toEqual({Authorization: 'Bearer pod-token'})
    } finally {
      for (const name of ['KUBERNETES_SERVICE_HOST', 'KUBERNETES_SERVICE_PORT']) {
        if (before[name] === undefined) delete process.env[name]
        else process.env[name] = before[name]
      }
    }
    const error = await mistake(access(undefined, {}, {HOME: folder}, folder))
    expect(error.message).toContain('no kubeconfig found')
    expect(error.hint).toContain(`Looked for ${join(folder, '.kube', 'config')}.`)
    expect(error.next).toContain('--from sample')
  })
})

describe('TLS', () => {
  const data = (text: string) => Buffer.from(text).toString('base64')

  test('data wins over files, for the authority, the certificate and the key', async () => {
    const other = file('from-file')
    const user = {
      'client-certificate': other,
      'client-certificate-data': data('cert'),
      'client-key': other,
      'client-key-data': data('key'),
    }
    const cluster = {'certificate-authority': other, 'certificate-authority-data': data('ca')}
    const found = await access(config(user, cluster))
    const {certificate, key} = await found.credentials()
    expect([found.tls.ca, certificate, key].map(String)).toEqual(['ca', 'cert', 'key'])
  })

  test('a context without a user still gets the cluster’s TLS settings', async () => {
    const cluster = {'certificate-authority-data': data('ca'), 'tls-server-name': 'inner.example'}
    const {tls} = await access(config({}, cluster, {user: undefined}))
    expect(tls).toEqual({ca: Buffer.from('ca'), servername: 'inner.example', rejectUnauthorized: true})
  })

  test('insecure turns verification off, and is refused together with an authority as kubectl does', async () => {
    expect((await access(config({}, {'insecure-skip-tls-verify': true}))).tls.rejectUnauthorized).toBe(false)
    const both = {'insecure-skip-tls-verify': true, 'certificate-authority-data': data('ca')}
    expect((await mistake(access(config({}, both)))).message).toContain('both a certificate authority and insecure')
  })

  test('a certificate file that cannot be read is an error of the user, naming the path', async () => {
    const {credentials} = await access(config({'client-certificate': '/no/such/cert', 'client-key': '/no/such/key'}))
    expect((await mistake(credentials())).message).toContain('/no/such/cert')
  })
})

describe('where the API client’s own library has no defect, it agrees', () => {
  const pem = (text: string) => Buffer.from(text).toString('base64')
  test.each([
    ['a token', {token: 'abc'}, {'certificate-authority-data': pem('ca')}],
    ['a password', {username: 'u', password: 'p:q'}, {'certificate-authority-data': pem('ca')}],
    [
      'a certificate',
      {'client-certificate-data': pem('c'), 'client-key-data': pem('k')},
      {'certificate-authority-data': pem('ca')},
    ],
    ['another server name', {token: 'abc'}, {'certificate-authority-data': pem('ca'), 'tls-server-name': 'inner'}],
    ['no verification', {token: 'abc', as: 'other'}, {'insecure-skip-tls-verify': true}],
  ])('%s', async (_name, user, cluster) => {
    const path = config(user, cluster)
    const library = new KubeConfig()
    library.loadFromFile(path)
    const theirs: RequestOptions = {}
    await library.applyToHTTPSOptions(theirs)
    const {tls, credentials, server} = await access(path)
    const ours = await credentials()
    expect(server.href).toBe(new URL(library.getCurrentCluster()?.server ?? '').href)
    expect(tls.rejectUnauthorized).toBe(theirs.rejectUnauthorized ?? true)
    expect(tls.servername).toBe(theirs.servername)
    if (theirs.ca !== undefined) expect(tls.ca).toEqual(theirs.ca)
    expect([ours.certificate, ours.key]).toEqual([theirs.cert, theirs.key])
    const basic = theirs.auth == null ? {} : {Authorization: `Basic ${Buffer.from(theirs.auth).toString('base64')}`}
    expect(ours.headers).toEqual({...theirs.headers, ...basic})
  })
})

describe('plain http', () => {
  test('loopback works with credentials, other hosts never get them', async () => {
    const near = await access(config({token: 't'}, {server: 'http://127.0.0.1:8001/prefix/'}))
    expect(near.server.href).toBe('http://127.0.0.1:8001/prefix/')
    expect((await near.credentials()).headers).toEqual({Authorization: 'Bearer t'})
    const far = await access(config({token: 't'}, {server: 'http://api.example'}))
    expect((await far.credentials()).headers).toEqual({})
  })
})

describe('who we are', () => {
  test('a token, a user name with its password, nothing', async () => {
    expect(await headers(config({token: 'abc'}))).toEqual({Authorization: 'Bearer abc'})
    expect(await headers(config({username: 'u', password: 'p'}))).toEqual({Authorization: 'Basic dTpw'})
    expect(await headers(config({}))).toEqual({})
  })

  test('a token file is read under its right name, trimmed, again after a minute, and when the token was refused', async () => {
    const token = file('one\n')
    const found = await access(config({tokenFile: token}))
    expect((await found.credentials()).headers).toEqual({Authorization: 'Bearer one'})
    writeFileSync(token, 'two')
    expect((await found.credentials()).headers).toEqual({Authorization: 'Bearer one'})
    expect((await found.credentials(true)).headers).toEqual({Authorization: 'Bearer two'})
  })

  test('all four kinds of impersonation are sent; flags win over the file; groups need a user', async () => {
    const own = {
      token: 't',
      as: 'file-user',
      'as-groups': ['g1', 'g2'],
      'as-uid': '7',
      'as-user-extra': {'scopes/x': ['a', 'b']},
    }
    expect(await headers(config(own))).toEqual({
      Authorization: 'Bearer t',
      'Impersonate-User': 'file-user',
      'Impersonate-Uid': '7',
      'Impersonate-Group': ['g1', 'g2'],
      'Impersonate-Extra-scopes%2Fx': ['a', 'b'],
    })
    expect(await headers(config(own), {as: 'flag-user', asUid: '9', asGroups: ['g3']})).toEqual({
      Authorization: 'Bearer t',
      'Impersonate-User': 'flag-user',
      'Impersonate-Uid': '9',
      'Impersonate-Group': ['g3'],
    })
    expect((await mistake(headers(config({token: 't'}), {asGroups: ['g']}))).message).toContain('require --as')
  })

  test('an OIDC token is used while it is valid and never refreshed behind the user’s back', async () => {
    const jwt = (exp: number) =>
      ['{}', JSON.stringify({exp}), 'x'].map(part => Buffer.from(part).toString('base64url')).join('.')
    const provider = (token: string) =>
      config({'auth-provider': {name: 'oidc', config: {'id-token': token, 'refresh-token': 'r'}}})
    const valid = jwt(4_000_000_000)
    expect(await headers(provider(valid))).toEqual({Authorization: `Bearer ${valid}`})
    const error = await mistake(headers(provider(jwt(1_000_000_000))))
    expect(error.message).toBe('the oidc token in the kubeconfig expired at 2001-09-09T01:46:40.000Z')
    expect(error.message + error.hint).not.toContain(jwt(1_000_000_000))
  })
})

describe('credential plugins', () => {
  function plugin(body: string): {command: string; runs: () => number; info: () => unknown} {
    const log = join(folder, `runs${++files}`)
    const command = file(`#!/bin/sh\nprintf '%s\\n' "$KUBERNETES_EXEC_INFO" >> ${log}\n${body}\n`, `plugins/p${files}`)
    chmodSync(command, 0o755)
    const lines = () => readFileSync(log, 'utf8').trim().split('\n')
    return {command, runs: () => lines().length, info: () => JSON.parse(lines()[0] ?? '')}
  }
  const credential = (status: object, apiVersion = 'client.authentication.k8s.io/v1') =>
    `echo '${JSON.stringify({apiVersion, kind: 'ExecCredential', status})}'`
  const exec = (command: string, more: object = {}) => ({
    exec: {apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'IfAvailable', ...more},
  })
  const env = {PATH: process.env.PATH}

  test('a token without an end is asked for once per run, however many calls are made at once', async () => {
    const {command, runs} = plugin(credential({token: 'from-plugin'}))
    const found = await access(config(exec(command)), {}, env)
    const all = await Promise.all([found.credentials(), found.credentials(), found.credentials()])
    expect(all.map(each => each.headers)).toEqual(Array(3).fill({Authorization: 'Bearer from-plugin'}))
    expect(runs()).toBe(1)
    await found.credentials(true)
    expect(runs()).toBe(2)
  })

  test('a token with an end is asked for again only when it is over', async () => {
    const ends = '2030-01-01T00:00:00Z'
    const {command, runs} = plugin(credential({token: 't', expirationTimestamp: ends}))
    let now = Date.parse(ends) - 60_000
    const ask = pluginCache(() => now)
    const run = {...exec(command), cluster: {}, env, interactive: () => false}
    await ask(run)
    await ask(run)
    expect(runs()).toBe(1)
    now = Date.parse(ends)
    await ask(run)
    expect(runs()).toBe(2)
  })

  test('the plugin gets what it needs: version, no terminal, and the cluster only on request', async () => {
    const extension = {name: 'client.authentication.k8s.io/exec', extension: {audience: 'x'}}
    const cluster = {'tls-server-name': 'n', extensions: [extension]}
    const plugged = plugin(credential({token: 't'}))
    await (await access(config(exec(plugged.command, {provideClusterInfo: true}), cluster), {}, env)).credentials()
    expect(plugged.info()).toEqual({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      spec: {
        interactive: false,
        cluster: {server: 'https://api.example:6443', 'tls-server-name': 'n', config: {audience: 'x'}},
      },
    })
    const withoutInfo = plugin(credential({token: 't'}))
    await (await access(config(exec(withoutInfo.command)), {}, env)).credentials()
    expect(withoutInfo.info()).toMatchObject({spec: {interactive: false}})
    expect(withoutInfo.info()).not.toMatchObject({spec: {cluster: {}}})
  })

  test('arguments and environment are passed, stdin is empty, a relative command is beside the kubeconfig', async () => {
    const {command} = plugin(
      `read line; echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"'"$1-$EXTRA-$line"'"}}'`,
    )
    const user = exec(`./plugins/${command.split('/').at(-1)}`, {
      args: ['arg; exit'],
      env: [{name: 'EXTRA', value: 'e'}],
    })
    const found = await access(config(user), {}, env)
    expect((await found.credentials()).headers).toEqual({Authorization: 'Bearer arg; exit-e-'})
  })

  test('a certificate with its key becomes the client certificate', async () => {
    const {command} = plugin(credential({clientCertificateData: 'CERT', clientKeyData: 'KEY'}))
    const found = await access(config(exec(command)), {}, env)
    expect(await found.credentials()).toMatchObject({certificate: 'CERT', key: 'KEY', headers: {}})
  })

  const bad: readonly (readonly [string, string, object, string])[] = [
    ['exit code', 'exit 3', {}, 'failed with exit code 3'],
    [
      'another version',
      credential({token: 't'}, 'client.authentication.k8s.io/v1beta1'),
      {},
      'answered with version client.authentication.k8s.io/v1beta1',
    ],
    ['no JSON', 'echo secret-value', {}, 'is not an ExecCredential'],
    ['half a certificate', credential({clientCertificateData: 'x'}), {}, 'neither a token nor a certificate'],
    ['needs a terminal', credential({token: 't'}), {interactiveMode: 'Always'}, 'requires a terminal'],
  ]
  test.each(bad)(
    '%s is an error of the user that quotes nothing the plugin printed',
    async (_name, body, more, words) => {
      const {command} = plugin(body)
      const found = await access(config(exec(command, more)), {}, env)
      const error = await mistake(found.credentials())
      expect(error.message).toContain(words)
      expect(error.message).not.toContain('secret-value')
    },
  )

  test('a plugin that is not installed shows the kubeconfig’s own install hint', async () => {
    const found = await access(config(exec('no-such-plugin', {installHint: 'brew install it\n'})), {}, env)
    const error = await mistake(found.credentials())
    expect([error.message, error.hint]).toEqual([
      'the credential plugin no-such-plugin is not installed',
      'brew install it',
    ])
  })
})
