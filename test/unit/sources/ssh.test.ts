import {describe, expect, test} from '@jest/globals'
import {EVIDENCE_IDS} from '../../../src/model/evidence/evidence.js'
import {UserError} from '../../../src/model/evidence/user-error.js'
import {containerSource} from '../../../src/sources/containers/source.js'
import {parseSshTarget, remoteCommands} from '../../../src/sources/ssh/commands.js'
import {sshCommand, sshSource} from '../../../src/sources/ssh/source.js'

/** What a shell, ssh or ip could read as more than a name. */
const HOSTILE = [
  '-oProxyCommand=touch /tmp/x',
  '--',
  'a b',
  'a;id',
  'a|id',
  'a&id',
  '$(id)',
  '`id`',
  'a\nid',
  "a'b",
  'a"b',
  'a$HOME',
  'a>b',
  '../etc',
  'a\\b',
  'a*',
  '~root',
  '',
]

describe('names of hosts and namespaces', () => {
  test.each(HOSTILE)('%j is neither a host nor a namespace', word => {
    expect(parseSshTarget(word)).toBeUndefined()
    expect(parseSshTarget(`${word}@host`)).toBeUndefined()
    expect(parseSshTarget(`user@${word}`)).toBeUndefined()
    expect(parseSshTarget(`host,netns:${word}`)).toBeUndefined()
    expect(() => sshSource(word, 15000)).toThrow(UserError)
  })

  test.each(HOSTILE)('%j is not a container', async word => {
    await expect(containerSource('docker', word, 15000)).rejects.toThrow(/not the name or id of a container/)
  })

  test('hosts, users, addresses and namespaces as people write them', () => {
    expect(parseSshTarget('vm-1.example.com')).toEqual({host: 'vm-1.example.com'})
    expect(parseSshTarget('root@10.0.0.5,netns:web_1.x')).toEqual({host: 'root@10.0.0.5', namespace: 'web_1.x'})
    expect(parseSshTarget('[fd00::1]')).toEqual({host: '[fd00::1]'})
    expect(parseSshTarget('host,netns:a,netns:b')).toBeUndefined()
    expect(parseSshTarget('host,pid:1')).toBeUndefined()
  })
})

describe('what is sent to the far side', () => {
  test('the host stands behind --, and the command is one word', () => {
    const argv = sshCommand('vm', 'ip rule')
    expect(argv.slice(-3)).toEqual(['--', 'vm', 'ip rule'])
    expect(argv.join(' ')).toContain('BatchMode=yes')
  })

  test('is made of constants: with other names nothing but the name changes', () => {
    for (const id of EVIDENCE_IDS) {
      const of = (namespace: string) => remoteCommands(id, {host: 'vm', namespace}, 15000)
      expect(of('aaa').map(text => text.replaceAll('aaa', 'NAME'))).toEqual(
        of('bbb').map(text => text.replaceAll('bbb', 'NAME')),
      )
      for (const text of remoteCommands(id, {host: 'vm'}, Number.NaN)) expect(text).toMatch(/^[\w '.:/?=&,-]+$/)
    }
  })

  test('a namespace that was not admitted never reaches a command', () => {
    expect(() => remoteCommands('net.ip-rule', {host: 'vm', namespace: 'a;id'}, 15000)).toThrow()
    expect(() => remoteCommands('net.processes', {host: 'vm', namespace: '$(id)'}, 15000)).toThrow()
  })
})
