import {spawnSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {basename, delimiter, dirname, join} from 'node:path'
import {afterAll, expect, test} from '@jest/globals'
import {readKubeconfig} from '../../src/sources/cluster/credentials/kubeconfig-files.js'
import {skipUnless} from '../support/skip-unless.js'

const present = spawnSync('kubectl', ['version', '--client']).status === 0
const {describe: withKubectl} = skipUnless(present, 'kubectl on PATH')

const folder = mkdtempSync(join(tmpdir(), 'meshctl-merge-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))

function file(name: string, text: string): string {
  const path = join(folder, name)
  mkdirSync(dirname(path), {recursive: true})
  writeFileSync(path, text)
  return path
}

interface View {
  readonly 'current-context': string
  readonly contexts: readonly {readonly name: string; readonly context: object}[] | null
  readonly clusters: readonly {readonly name: string; readonly cluster: object}[] | null
  readonly users: readonly {readonly name: string; readonly user: object}[] | null
}

function kubectlView(env: Readonly<Record<string, string>>): View {
  const run = spawnSync('kubectl', ['config', 'view', '--raw', '-o', 'json'], {
    env: {PATH: process.env.PATH, ...env},
    encoding: 'utf8',
  })
  if (run.status !== 0) throw new Error(run.stderr)
  return JSON.parse(run.stdout) as View
}

function named(list: readonly {readonly name: string}[] | null, field: string): ReadonlyMap<string, unknown> {
  return new Map((list ?? []).map(each => [each.name, (each as Record<string, unknown>)[field]]))
}

/** Resolving these is held by a unit test. */
const PATHS = new Set(['certificate-authority', 'client-certificate', 'client-key', 'tokenFile', 'command'])

const A = `apiVersion: v1
kind: Config
clusters:
- name: shared
  cluster: {server: https://from-a:6443, certificate-authority: certs/ca.pem}
- name: only-a
  cluster: {server: https://only-a, insecure-skip-tls-verify: true}
contexts:
- name: one
  context: {cluster: shared, user: u, namespace: blue}
users:
- name: u
  user: {client-certificate: ./c.pem, client-key: ../k.pem}
`
const B = `apiVersion: v1
kind: Config
current-context: two
clusters:
- name: shared
  cluster: {server: https://from-b:6443, tls-server-name: b.example}
contexts:
- name: one
  context: {cluster: only-a, user: other}
- name: two
  context: {cluster: shared, user: token-file}
users:
- name: u
  user: {token: from-b}
- name: token-file
  user: {tokenFile: run/token}
- name: plugin
  user:
    exec: {apiVersion: client.authentication.k8s.io/v1, command: ./bin/login, args: [a, b], interactiveMode: Never}
- name: path-plugin
  user:
    exec: {apiVersion: client.authentication.k8s.io/v1, command: login, interactiveMode: Never}
`
const C =
  '{"apiVersion":"v1","kind":"Config","current-context":"three","contexts":[{"name":"three","context":{"cluster":"only-a","user":""}}]}'

withKubectl('kubeconfig files are merged as kubectl merges them', () => {
  const paths = {a: file('a/config', A), b: file('b/deep/config', B), c: file('c.json', C), empty: file('empty', '')}
  const orders: readonly (readonly string[])[] = [
    [paths.a],
    [paths.a, paths.b],
    [paths.b, paths.a],
    [paths.c, paths.b, paths.a],
    [join(folder, 'missing'), paths.a, '', paths.a, paths.b],
    [paths.empty, paths.b],
  ]
  test.each(orders.map(each => [each.map(path => path.replace(folder, '')).join(delimiter), each] as const))(
    '%s',
    async (_name, order) => {
      const env = {KUBECONFIG: order.join(delimiter)}
      const theirs = kubectlView(env)
      const ours = await readKubeconfig(undefined, env)
      expect(ours?.currentContext ?? '').toBe(theirs['current-context'])
      // kubectl prints fields that are empty, and paths relative to the file they come from; what they say is the same.
      const bare = (entry: unknown): unknown =>
        JSON.parse(
          JSON.stringify(entry, (key, value: unknown) => {
            if (value === '' || value === null || (key === 'provideClusterInfo' && value === false)) return undefined
            return PATHS.has(key) && typeof value === 'string' ? basename(value) : value
          }),
        )
      const entries = (map: ReadonlyMap<string, unknown> | undefined) =>
        Object.fromEntries([...(map ?? [])].map(([name, entry]) => [name, bare(entry)]))
      expect(entries(ours?.clusters)).toEqual(entries(named(theirs.clusters, 'cluster')))
      expect(entries(ours?.users)).toEqual(entries(named(theirs.users, 'user')))
      expect(entries(ours?.contexts)).toEqual(entries(named(theirs.contexts, 'context')))
    },
  )
})
