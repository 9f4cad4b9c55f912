import {describe, expect, test} from '@jest/globals'
import {namedCommand} from '../../../../src/cli/launch/command-name.js'

const row = (id: string, takesArguments: boolean) => ({id, unit: `#${id}/${id}`, takesArguments})
const COMMANDS = {
  check: row('check', true),
  version: row('version', false),
  authz: row('authz', true),
  'authz:check': row('authz:check', true),
  'pc:c': row('proxy-config:cluster', true),
  'describe:pod': row('describe:pod', true),
  'describe:service': row('describe:service', true),
}

describe('the command a line names', () => {
  test.each([
    ['check', {name: 'check', words: 1}],
    ['check deploy/a -n demo', {name: 'check', words: 1}],
    ['pc c deploy/a', {name: 'pc:c', words: 2}],
    ['authz check', {name: 'authz:check', words: 2}],
    ['authz check-this', {name: 'authz', words: 1}],
    ['describe deploy/web -n shop', {name: 'describe:pod', words: 1}],
    ['describe workloadentry/vm-10.0.0.7', {name: 'describe:pod', words: 1}],
    ['describe svc/web', {name: 'describe:service', words: 1}],
    ['version --no-remote', {name: 'version', words: 1}],
    ['check -- --help', {name: 'check', words: 1}],
  ])('%s', (line, named) => expect(namedCommand(line.split(' '), COMMANDS)).toEqual(named))

  test.each([
    '',
    'pc',
    'chek',
    'describe web',
    'pc web/a',
    'check --help',
    'check -h',
    'version extra',
    '-n demo check',
    'constructor',
    '__proto__',
  ])('oclif answers %j', line => expect(namedCommand(line.split(' '), COMMANDS)).toBeUndefined())
})
