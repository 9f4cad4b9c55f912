import {describe, expect, test} from '@jest/globals'
import {parse} from 'yaml'
import {declaredClusterNeeds} from '../../../../src/cli/command-needs.js'
import {type KubePermission, type PermissionVerdict, permissionKey} from '../../../../src/model/kube/permission.js'
import type {Places} from '../../../../src/reports/can-i/needs.js'
import * as canI from '../../../../src/reports/can-i/report.js'
import {minimalRoles} from '../../../../src/reports/can-i/role.js'
import {canIView} from '../../../../src/reports/can-i/view.js'
import {reportExitCode} from '../../../../src/reports/report.js'
import type {Source} from '../../../../src/sources/source.js'
import {renderDoc} from '../../../../src/terminal/render.js'
import {declaredCommands} from '../../../support/declared-commands.js'
import {memorySource} from '../../../support/memory-source.js'
import {clusterServing, sampleSource} from '../../../support/served.js'

const DECLARED = declaredClusterNeeds(declaredCommands())

const canIReport = (source: Source, commands: readonly string[], places: Places) =>
  canI.canIReport(source, DECLARED, commands, places)

const PLACES = {namespace: 'demo', istioNamespace: 'istio-system'}

function ruledBy(rule: (permission: KubePermission) => PermissionVerdict): Source {
  return {
    ...memorySource({}),
    rulings: async all =>
      all.map(permission => ({
        permission,
        verdict: rule(permission),
        why: rule(permission) === 'unknown' ? 'the webhook is down' : '',
      })),
  }
}

interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

interface Role {
  readonly kind: string
  readonly metadata: {readonly namespace?: string}
  readonly rules: readonly Rule[]
}

/** Kubernetes' own reading of roles (RBAC: a rule grants every combination of its lists), written out as single permissions. */
function granted(roles: readonly Role[]): readonly string[] {
  return roles.flatMap(({metadata, rules}) =>
    rules.flatMap(({apiGroups, resources, verbs}) =>
      apiGroups.flatMap(group =>
        resources.flatMap(resource => verbs.map(verb => `${verb} ${group}/${resource} ${metadata.namespace ?? '*'}`)),
      ),
    ),
  )
}

const wanted = ({verb, group, resource, subresource, namespace}: KubePermission) =>
  `${verb} ${group}/${resource}${subresource === undefined ? '' : `/${subresource}`} ${namespace ?? '*'}`

async function table(source: Source, commands: readonly string[], form: 'table' | 'wide' = 'table'): Promise<string> {
  return renderDoc(canIView.doc(await canIReport(source, commands, PLACES), form), {
    width: 120,
    colour: false,
    headers: true,
  })
}

describe('can-i', () => {
  test('one permission of which the cluster does not say whether it is granted: no command that needs it may run, exit code 3', async () => {
    const all = await canIReport(
      ruledBy(() => 'allowed'),
      [],
      PLACES,
    )
    expect(reportExitCode(all)).toBe(0)
    for (const permission of all.permissions) {
      const key = permissionKey(permission)
      const report = await canIReport(
        ruledBy(each => (permissionKey(each) === key ? 'unknown' : 'allowed')),
        [],
        PLACES,
      )
      const needing = report.commands.filter(({needs}) =>
        needs.some(({rulings}) => rulings.some(each => permissionKey(each.permission) === key)),
      )
      const sure = needing.filter(({needs}) =>
        needs.every(({rulings}) => rulings.every(each => each.verdict === 'allowed')),
      )
      expect({key, code: reportExitCode(report), sure: sure.map(({command}) => command)}).toEqual({
        key,
        code: 3,
        sure: [],
      })
    }
  })

  test('on a served source every command can do its work', async () => {
    const cluster = await clusterServing(await sampleSource())
    try {
      const report = await canIReport(cluster, [], PLACES)
      expect(report.commands.map(each => each.command)).toEqual([...DECLARED.keys()])
      expect(
        report.commands
          .flatMap(each => each.needs.flatMap(need => need.rulings))
          .filter(ruling => ruling.verdict !== 'allowed'),
      ).toEqual([])
      expect(reportExitCode(report)).toBe(0)
      const debug = await canIReport(cluster, ['iptables'], {...PLACES, debugContainer: true})
      expect(reportExitCode(debug)).toBe(1)
    } finally {
      await cluster.close()
    }
  })

  test('a command that lacks what it cannot do without says no; one that lacks more says in part', async () => {
    const noExec = ruledBy(permission => (permission.subresource === 'exec' ? 'denied' : 'allowed'))
    const text = await table(noExec, ['iptables', 'ports', 'version'])
    expect(
      text
        .split('\n')
        .slice(1, 4)
        .map(line => line.split(/\s{2,}/)),
    ).toEqual([
      ['iptables', 'no', 'run commands in containers'],
      ['ports', 'partially', 'run commands in containers'],
      ['version', 'yes', ''],
    ])
    expect(text).toContain('get, create pods/exec (namespace demo)')
    expect(reportExitCode(await canIReport(noExec, ['iptables'], PLACES))).toBe(1)
    expect(reportExitCode(await canIReport(noExec, ['ports'], PLACES))).toBe(0)
  })

  test('each verb of a stream is asked for by itself: get alone is not enough', async () => {
    const getOnly = ruledBy(({verb, subresource}) =>
      verb === 'create' && subresource !== undefined ? 'denied' : 'allowed',
    )
    expect(await table(getOnly, ['server-info'])).toMatch(/server-info\s+no/)
  })

  test('create alone is enough, and a command in the container replaces a port-forward', async () => {
    const createOnly = ruledBy(({verb, subresource}) =>
      verb === 'get' && subresource !== undefined ? 'denied' : 'allowed',
    )
    expect(await table(createOnly, ['server-info'])).toMatch(/server-info\s+yes/)
    const execOnly = ruledBy(({subresource}) => (subresource === 'portforward' ? 'denied' : 'allowed'))
    expect(await table(execOnly, ['server-info'])).toMatch(/server-info\s+yes/)
  })

  test('no answer is not taken for a no', async () => {
    const report = await canIReport(
      ruledBy(() => 'unknown'),
      ['version'],
      PLACES,
    )
    expect(reportExitCode(report)).toBe(3)
    expect(report.gaps[0]?.detail).toBe('the webhook is down')
    expect(
      await table(
        ruledBy(() => 'unknown'),
        ['version'],
      ),
    ).toMatch(/version\s+unknown/)
  })

  test('a bundle needs no permissions, and the notes say so', async () => {
    const report = await canIReport(memorySource({}), ['version'], PLACES)
    expect(report.notes).toEqual(['memory needs no permissions; on a cluster you would need:'])
    expect(reportExitCode(report)).toBe(0)
    expect(await table(memorySource({}), ['version'])).toContain(
      'get, create pods/portforward (namespace istio-system)',
    )
  })

  test('a command that does not exist is an error that lists those that do', async () => {
    await expect(canIReport(memorySource({}), ['nosuch'], PLACES)).rejects.toThrow(
      'meshctl nosuch does not access a cluster',
    )
  })

  test.each([
    PLACES,
    {namespace: undefined, istioNamespace: 'istio-system'},
    {namespace: 'istio-system', istioNamespace: 'istio-system'},
  ])('the role grants exactly what is asked for, in %p', async places => {
    for (const command of [...DECLARED.keys()]) {
      const {permissions} = await canIReport(memorySource({}), [command], places)
      const roles = minimalRoles(permissions) as readonly Role[]
      const everywhere = new Set(
        permissions.filter(each => each.namespace === undefined).map(each => permissionKey(each)),
      )
      const needed = permissions.filter(
        each =>
          each.namespace === undefined ||
          !everywhere.has(
            permissionKey({
              verb: each.verb,
              group: each.group,
              resource: each.resource,
              ...(each.subresource === undefined ? {} : {subresource: each.subresource}),
            }),
          ),
      )
      expect([...granted(roles)].sort()).toEqual(needed.map(wanted).sort())
      expect(roles.every(role => (role.kind === 'Role') === (role.metadata.namespace !== undefined))).toBe(true)
      expect(granted(roles).filter(line => /secrets|\*\/|^(delete|update|patch)/.test(line))).toEqual([])
    }
  })

  test('-o role is YAML that holds those roles', async () => {
    const report = await canIReport(memorySource({}), ['proxy-status'], PLACES)
    const documents = (canIView.texts?.role?.(report) ?? '').split('---\n').map(each => parse(each) as unknown)
    expect(documents).toEqual(minimalRoles(report.permissions))
  })
})
