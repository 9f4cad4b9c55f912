import {pathToFileURL} from 'node:url'
import {describe, expect, test} from '@jest/globals'
import {withLeadingFlagsBehind} from '../../../src/cli/usage/argument-forms.js'
import {SIGNPOSTS, signpostOf} from '../../../src/cli/usage/signposts.js'
import {commandNamed, readSurface} from '../../../src/cli/usage/surface.js'
import {usageError} from '../../../src/cli/usage/usage-error.js'

const surface = readSurface(pathToFileURL(`${process.cwd()}/`))

/** What oclif throws for words it does not know: its message holds them joined by colons. */
function unknown(...words: readonly string[]) {
  const {message, hint, next} = usageError(new Error(`command ${words.join(':')} not found`), words, surface)
  return {message, hint, next}
}

/**
 * The commands of istioctl 1.31 that print something about a mesh or change it (istioctl --help and below), each written out once. Those below
 * `proxy-config` are ours one for one.
 */
const ISTIOCTL = [
  'admin log',
  'bug-report',
  'create-remote-secret',
  'dashboard kiali',
  'experimental check-inject',
  'experimental config list',
  'experimental describe pod',
  'experimental describe service',
  'experimental injector list',
  'experimental internal-debug',
  'experimental metrics',
  'experimental workload group create',
  'install',
  'kube-inject',
  'manifest generate',
  'proxy-config all',
  'proxy-config bootstrap',
  'proxy-config cluster',
  'proxy-config ecds',
  'proxy-config eds',
  'proxy-config endpoint',
  'proxy-config listener',
  'proxy-config log',
  'proxy-config rootca-compare',
  'proxy-config route',
  'proxy-config secret',
  'proxy-status',
  'remote-clusters',
  'tag list',
  'uninstall',
  'upgrade',
  'validate',
  'verify-install',
  'version',
]

describe('wrong command lines', () => {
  test.each([
    [['chek'], 'unknown command "chek" for "meshctl"', 'Did you mean "check"?', 'meshctl check'],
    [['iptable', 'x'], 'unknown command "iptable" for "meshctl"', 'Did you mean "iptables"?', 'meshctl iptables x'],
    [
      ['pc', 'clutser', 'x'],
      'unknown command "pc clutser" for "meshctl"',
      'Did you mean "pc cluster"?',
      'meshctl pc cluster x',
    ],
    [['rules', 'MCT1001'], 'unexpected argument "MCT1001" for "meshctl rules"', undefined, 'meshctl explain MCT1001'],
    [['version', 'x'], 'unexpected argument "x" for "meshctl version"', undefined, 'meshctl version --help'],
    [['frobnicate'], 'unknown command "frobnicate" for "meshctl"', undefined, 'meshctl --help'],
    [['__proto__'], 'unknown command "__proto__" for "meshctl"', undefined, 'meshctl --help'],
  ])('%j', (words, message, hint, next) => {
    expect(unknown(...words)).toEqual({message, hint, next})
  })

  test('a topic whose next word is like none of its own lists them', () => {
    expect(unknown('snapshot', 'frobnicate').hint).toMatch(/^Use one of bisect, create/)
  })

  test('a name behind describe may be a Service or a pod', () => {
    expect(unknown('describe', 'reviews')).toMatchObject({
      hint: 'Did you mean "describe service reviews" or "describe pod reviews"?',
      next: 'meshctl describe service reviews',
    })
  })

  test.each([
    ['pods', 'meshctl proxy-status'],
    ['ls', 'meshctl proxy-status'],
    ['why', 'meshctl errors -n NAMESPACE'],
    ['graph', 'meshctl report -o html=FILE'],
    ['status', 'meshctl report'],
  ])('a word of other tools has a signpost: %s', (word, next) => {
    expect(unknown(word).next).toBe(next)
  })

  test('a pod or Service right behind a topic is one of what the topic usually shows', () => {
    expect(unknown('describe', 'deploy/reviews-v1')).toMatchObject({
      hint: 'Did you mean "describe pod"?',
      next: 'meshctl describe pod deploy/reviews-v1',
    })
    expect(unknown('describe', 'svc/reviews').next).toBe('meshctl describe service svc/reviews')
    expect(unknown('proxy-config', 'deploy/x').next).toBe('meshctl proxy-config all deploy/x')
  })

  test('an unknown flag names the nearest one of that command', () => {
    const error = Object.assign(new Error('Nonexistent flag: --namepsace'), {flags: ['--namepsace']})
    expect(usageError(error, ['check', '--namepsace', 'demo'], surface)).toMatchObject({
      message: 'unknown flag: --namepsace',
      hint: 'Did you mean "--namespace"?',
      next: 'meshctl check --help',
    })
  })

  test('a value that is none of the choices names the nearest and all', () => {
    const error = new Error('Expected --fail-on=eror to be one of: error, warning, info\nSee more help with --help')
    expect(usageError(error, ['check'], surface)).toMatchObject({
      message: 'invalid value "eror" for --fail-on',
      hint: 'Did you mean "error"? Use one of error, warning, info.',
    })
  })

  test.each(ISTIOCTL)('istioctl %s is a command here, or a signpost says what to type', line => {
    const words = line.split(' ')
    expect(commandNamed(words, surface) ?? signpostOf(words)).toBeDefined()
  })

  test.each(Object.entries(SIGNPOSTS))('the signpost of %s leads to a command and hides none', (words, {instead}) => {
    const leads = instead.startsWith('--help') || commandNamed(instead.split(' '), surface) !== undefined
    expect(leads).toBe(true)
    expect(commandNamed(words.split(' '), surface)).toBeUndefined()
  })
})

describe('flags before the command', () => {
  test.each([
    ['-n demo check', 'check -n demo'],
    ['--from sample ps -A', 'ps -A --from sample'],
    ['--context=prod -A check x -- y', 'check x --context=prod -A -- y'],
    ['--from sample', '--from sample'],
    ['--help', '--help'],
    ['check -n demo', 'check -n demo'],
  ])('%s is %s', (typed, meant) => {
    expect(withLeadingFlagsBehind(typed.split(' '), surface)).toEqual(meant.split(' '))
  })
})
