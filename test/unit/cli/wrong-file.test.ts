import {describe, expect, test} from '@jest/globals'
import {refuseFileOfPods} from '../../../src/cli/input/wrong-file.js'
import {UserError} from '../../../src/model/evidence/user-error.js'
import {filesSource} from '../../../src/sources/files/source.js'
import {openFiles} from '../../../src/sources/open.js'
import type {Source} from '../../../src/sources/source.js'
import {declaredCommands} from '../../support/declared-commands.js'

const READS = new Map(declaredCommands().map(({id, needs}) => [id, needs?.reads]))

function refusal(source: Source, path: string, id: string): UserError {
  try {
    refuseFileOfPods(source, path, id, READS.get(id))
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
  throw new Error('it was not refused')
}

describe('a file that holds pods where -f wants evidence', () => {
  const manifest = filesSource([
    {label: 'm.yaml', bytes: Buffer.from('apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n')},
  ])

  test.each([
    ['iptables', 'kernel rules', 'meshctl iptables POD --from m.yaml'],
    ['ports', 'a socket list (ss, netstat, lsof)', 'meshctl ports POD --from m.yaml'],
    ['proxy-config:cluster', 'an Envoy config_dump', 'meshctl proxy-config cluster POD --from m.yaml'],
    ['server-info', "Envoy's /server_info", 'meshctl server-info POD --from m.yaml'],
  ])('%s', (id, wanted, next) => {
    const error = refusal(manifest, 'm.yaml', id)
    expect(error.message).toBe(`m.yaml contains Kubernetes objects or kubectl output, not ${wanted}`)
    expect(error.next).toBe(next)
  })

  test('a bundle', async () => {
    const path = 'src/sample/mesh.tgz'
    const error = refusal(await openFiles([path]), path, 'ports')
    expect(error.message).toContain('is a bundle;')
    expect(error.next).toBe(`meshctl ports POD --from ${path}`)
  })

  test('evidence is not refused', () => {
    const source = filesSource([{label: 'd.json', bytes: Buffer.from('{"configs":[]}')}])
    expect(() => refuseFileOfPods(source, 'd.json', 'ports')).not.toThrow()
  })
})
