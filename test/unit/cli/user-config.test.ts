import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from '@jest/globals'
import {applyUserConfig, userConfigPath} from '../../../src/cli/flags/user-config.js'
import {parseUserConfig, USER_SETTINGS} from '../../../src/formats/settings/user-config.js'
import {tempFolder} from '../../support/temp-folder.js'

const home = tempFolder('config')

test('the file is where the XDG specification says, or where MESHCTL_CONFIG says', () => {
  expect(userConfigPath({HOME: home})).toBeUndefined()
  const path = join(home, '.config', 'meshctl-diagnostics', 'config.yaml')
  mkdirSync(join(path, '..'), {recursive: true})
  writeFileSync(path, 'namespace: demo\n')
  expect(userConfigPath({HOME: home})).toBe(path)
  expect(userConfigPath({HOME: '/elsewhere', XDG_CONFIG_HOME: join(home, '.config')})).toBe(path)
  expect(userConfigPath({HOME: home, XDG_CONFIG_HOME: 'relative'})).toBe(path)
  expect(userConfigPath({HOME: home, MESHCTL_CONFIG: '/x.yaml'})).toBe('/x.yaml')
  expect(userConfigPath({})).toBeUndefined()
})

test('a variable of the environment wins over the file', async () => {
  const path = join(home, 'mine.yaml')
  writeFileSync(path, 'namespace: demo\ncolor: never\nquiet: true\n')
  const env: NodeJS.ProcessEnv = {MESHCTL_CONFIG: path, MESHCTL_COLOR: 'always'}
  await applyUserConfig(env)
  expect(env).toEqual({
    MESHCTL_CONFIG: path,
    MESHCTL_COLOR: 'always',
    MESHCTL_NAMESPACE: 'demo',
    MESHCTL_QUIET: 'true',
  })
})

test.each([
  ['nmespace: demo', 'unknown setting "nmespace"'],
  ['- a', 'KEY: VALUE'],
  ['a: {', 'KEY: VALUE'],
  ['namespace: [a]', 'namespace must be a single value'],
])('%j is refused', (text, message) => {
  expect(() => parseUserConfig(text, 'c.yaml')).toThrow(message)
})

test('an empty file is no settings; a missing one that was named is an error', async () => {
  expect(parseUserConfig('', 'c.yaml')).toEqual({})
  await expect(applyUserConfig({MESHCTL_CONFIG: '/nonexistent/c.yaml'})).rejects.toThrow('cannot read /nonexistent')
})

test('every setting is the variable of a common flag', async () => {
  const {commonFlags} = await import('../../../src/cli/flags/flags.js')
  const variables = Object.values(commonFlags).flatMap(flag =>
    'env' in flag && flag.env !== undefined ? [flag.env] : [],
  )
  expect(Object.values(USER_SETTINGS).sort()).toEqual([...variables].sort())
})

test('a file larger than settings can be is refused, and one that never ends is not read on', async () => {
  const path = join(home, 'large.yaml')
  writeFileSync(path, `# ${'x'.repeat(64 * 1024)}\n`)
  await expect(applyUserConfig({MESHCTL_CONFIG: path})).rejects.toThrow(`${path} is larger than 64 KiB`)
  await expect(applyUserConfig({MESHCTL_CONFIG: '/dev/zero'})).rejects.toThrow('/dev/zero is larger than 64 KiB')
})
