import {readdirSync} from 'node:fs'
import {resolve} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {declaredClusterNeeds, namedCommands} from '../../../src/cli/command-needs.js'
import {declaredCommands} from '../../support/declared-commands.js'

const COMMANDS = declaredCommands()
const SOURCES = readdirSync('commands', {recursive: true, encoding: 'utf8'}).filter(name => name.endsWith('.ts'))

/** One after the other: jest cannot load modules that share imports at the same time. */
async function loaded() {
  const classes = []
  for (const file of SOURCES) {
    const {default: command} = await import(resolve('commands', file))
    classes.push({id: file.replace(/\.ts$/, '').replaceAll('/', ':'), command})
  }
  return classes
}

describe('what commands declare', () => {
  test('every command declares what it reads and needs, and the manifest that can-i reads holds it', async () => {
    const classes = await loaded()
    expect(classes.length).toBeGreaterThan(30)
    expect(classes.filter(({command}) => !Object.hasOwn(command, 'needs')).map(({id}) => id)).toEqual([])
    const held = new Map(COMMANDS.map(({id, needs}) => [id, needs]))
    expect(new Map(classes.map(({id, command}) => [id, command.needs]))).toEqual(held)
  })

  test('every command that prints a report declares its forms, which help and completion list', async () => {
    const silent = ['complete', 'completion', 'dashboard', 'mcp', 'serve', 'tour', 'ui']
    const without = (await loaded()).filter(({command}) => !Object.hasOwn(command, 'forms')).map(({id}) => id)
    expect(without.sort()).toEqual(silent)
  })

  test('a flag that adds a container is declared; what is said to be read from a file has a flag for it', async () => {
    for (const {id, command} of await loaded()) {
      const has = (flag: string) => Object.hasOwn(command.flags ?? {}, flag)
      if (command.needs.reads !== undefined) expect([id, has('file')]).toEqual([id, true])
      // can-i itself only prints what the flag takes.
      if (id !== 'can-i') expect([id, command.needs.cluster?.debug === true]).toEqual([id, has('debug-container')])
    }
  })

  test('commands of a topic that ask for the same stand under its name', () => {
    const names = [...declaredClusterNeeds(COMMANDS).keys()]
    expect(names).toEqual([...names].sort())
    for (const topic of ['describe', 'proxy-config', 'ztunnel-config', 'snapshot create'])
      expect(names).toContain(topic)
    expect(names.filter(name => /^(?:describe|proxy-config|ztunnel-config) /.test(name))).toEqual([])
  })

  test('a command that asks for more than its topic stands alone', () => {
    const light = {cluster: {needs: ['pods'], more: []}} as const
    const heavy = {cluster: {needs: ['pods', 'exec'], more: []}} as const
    const declared = declaredClusterNeeds([
      {id: 'a:x', needs: light},
      {id: 'a:y', needs: heavy},
      {id: 'b:x', needs: light},
      {id: 'b:y', needs: light},
      {id: 'c', needs: {}},
    ])
    expect([...declared.keys()]).toEqual(['a x', 'a y', 'b'])
  })

  test.each([
    [['describe', 'pod'], ['describe']],
    [['pc', 'cluster'], ['proxy-config']],
    [['pc'], ['proxy-config']],
    [['ps'], ['proxy-status']],
    [
      ['x', 'describe', 'service', 'version'],
      ['describe', 'version'],
    ],
    [
      ['snapshot', 'create', 'check'],
      ['snapshot create', 'check'],
    ],
    [['authz', 'check'], ['authz']],
    [
      ['check', 'authz'],
      ['check', 'authz'],
    ],
    [
      ['describe', 'check-inject', 'describe'],
      ['describe', 'check-inject'],
    ],
    [['describe', 'pod', 'deploy/web'], ['describe']],
    [
      ['check', 'http://web/', 'web-7d9f-x2x4l', 'version', 'typo'],
      ['check', 'version', 'typo'],
    ],
    [['deploy/web'], ['deploy/web']],
    [
      ['nosuch', 'constructor'],
      ['nosuch', 'constructor'],
    ],
  ])('the words %p name the commands %p', (words, names) => {
    expect(namedCommands(COMMANDS, words)).toEqual(names)
  })
})
