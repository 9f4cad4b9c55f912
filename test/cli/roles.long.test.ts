import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {parseAllDocuments, stringify} from 'yaml'
import {type CliRun, meshctl, NODE, RUN} from '../support/cli.js'

interface Role {
  readonly kind: string
  readonly metadata: {readonly namespace?: string}
  readonly rules: readonly object[]
}

/** Each command by its name in can-i, as it is run with the role that can-i prints for it. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'proxy-config': ['proxy-config', 'cluster', 'deploy/productpage-v1'],
  'server-info': ['server-info', 'deploy/productpage-v1'],
  'proxy-status': ['proxy-status'],
  version: ['version'],
  iptables: ['iptables', 'deploy/sick-drift-v1'],
  packet: ['packet', 'deploy/productpage-v1', '--all'],
  ports: ['ports', 'deploy/productpage-v1'],
  describe: ['describe', 'pod', 'deploy/productpage-v1'],
  check: ['check', 'deploy/sick-notready-v1'],
  'check-inject': ['check-inject', 'deploy/productpage-v1'],
  diff: ['diff', 'deploy/sick-nack-v1'],
}

/**
 * Rules without an effect on the sample mesh: logs of a pod whose kernel rules can be read, kinds the sample does not hold, and endpoints, which
 * only `describe service` reads.
 */
const UNUSED: Readonly<Record<string, readonly string[]>> = {
  packet: ['pods/log'],
  describe: ['endpoints', 'endpointslices', 'events'],
  check: ['events'],
  'proxy-status': ['envoyfilters'],
}

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshctl-roles-'))
})
afterAll(() => rm(folder, {recursive: true, force: true}))

async function under(argv: readonly string[], roles?: readonly Role[]): Promise<CliRun> {
  const path = join(folder, 'role.yaml')
  if (roles !== undefined) await writeFile(path, roles.map(role => stringify(role)).join('---\n'))
  const role = roles === undefined ? [] : ['--role', path]
  const run = await meshctl(['serve', '--from', 'sample', ...role, '--', NODE, RUN, ...argv, '-n', 'demo'])
  const plain = (text: string) => text.replace(/127\.0\.0\.1:\d+|meshctl-\w+|\d{4}-\d\d-\d\dT[\d:.]+Z/g, '')
  return {code: run.code, stdout: plain(run.stdout), stderr: plain(run.stderr)}
}

describe('the role that can-i prints', () => {
  test.each(Object.entries(COMMANDS))(
    '%s: as with full rights; without any one rule something is missing',
    async (name, argv) => {
      const printed = await meshctl(['can-i', name, '-n', 'demo', '--from', 'sample', '-o', 'role'])
      const roles = parseAllDocuments(printed.stdout).map(each => each.toJS() as Role)
      const full = await under(argv)
      expect(await under(argv, roles)).toEqual(full)
      for (const [at, role] of roles.entries()) {
        for (const [index, rule] of role.rules.entries()) {
          const text = JSON.stringify(rule)
          if (UNUSED[name]?.some(each => text.includes(JSON.stringify(each)))) continue
          const less = roles.with(at, {...role, rules: role.rules.toSpliced(index, 1)})
          expect({without: text, run: await under(argv, less)}).not.toEqual({without: text, run: full})
        }
      }
    },
    240_000,
  )
})
