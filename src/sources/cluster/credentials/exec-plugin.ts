import {spawn} from 'node:child_process'
import {createHash} from 'node:crypto'
import {isObject, type JsonObject, listOf, objectOf, textOf, textsOf} from '../../../formats/decode.js'
import {definedFields} from '../../../model/collections/defined-fields.js'
import {UserError} from '../../../model/evidence/user-error.js'
import {LIMITS} from '../../limits.js'
import type {Environment} from './kubeconfig-files.js'

/** The credentials from a plugin; kept in memory only and never printed. */
export interface PluginCredential {
  readonly token?: string
  readonly certificate?: string
  readonly key?: string
  /** Absent: valid for the lifetime of this process. */
  readonly expiresAtMs?: number
}

export interface PluginRun {
  readonly exec: JsonObject
  /** The cluster information passed to the plugin if `provideClusterInfo` is set. */
  readonly cluster: JsonObject
  readonly env: Environment
  readonly interactive: () => boolean
  readonly signal?: AbortSignal
}

interface Held {
  readonly credential: Promise<PluginCredential>
  running: boolean
}

/**
 * Remembers credentials per distinct plugin call (command, arguments, environment, cluster), runs the plugin once at a time
 * and again only when the credential expired or the server rejected it.
 */
export function pluginCache(now: () => number = Date.now) {
  const known = new Map<string, Held>()

  function start(key: string, run: PluginRun): Promise<PluginCredential> {
    const held: Held = {credential: runPlugin(run), running: true}
    known.set(key, held)
    held.credential.then(
      () => {
        held.running = false
      },
      () => known.delete(key),
    )
    return held.credential
  }

  async function ask(run: PluginRun, refused = false): Promise<PluginCredential> {
    const key = createHash('sha256')
      .update(JSON.stringify([run.exec, run.cluster]))
      .digest('hex')
    const held = known.get(key)
    if (held === undefined || (refused && !held.running)) return start(key, run)
    const isNew = held.running
    const {expiresAtMs} = await held.credential
    if (isNew || expiresAtMs === undefined || expiresAtMs - LIMITS.tokenEarlyMs > now()) return held.credential
    // Another caller may have started to renew it in the meantime.
    return known.get(key) === held ? start(key, run) : ask(run)
  }

  return ask
}

/** Runs a credential plugin (client.authentication.k8s.io): KUBERNETES_EXEC_INFO in, an ExecCredential on stdout. */
async function runPlugin(run: PluginRun): Promise<PluginCredential> {
  const {exec} = run
  const command = textOf(exec, 'command')
  const apiVersion = textOf(exec, 'apiVersion') ?? ''
  if (command === undefined) throw new UserError('the kubeconfig has a credential plugin without a command')
  const always = textOf(exec, 'interactiveMode') === 'Always'
  if (always && !run.interactive()) {
    throw new UserError(`the credential plugin ${command} requires a terminal, and there is none`)
  }
  const interactive = run.interactive() && textOf(exec, 'interactiveMode') !== 'Never'
  const cluster = exec.provideClusterInfo === true ? {cluster: run.cluster} : {}
  const info = {apiVersion, kind: 'ExecCredential', spec: {interactive, ...cluster}}
  const own = listOf(exec, 'env').map(item => [textOf(item, 'name') ?? '', textOf(item, 'value') ?? ''] as const)
  const env = {...run.env, ...Object.fromEntries(own), KUBERNETES_EXEC_INFO: JSON.stringify(info)}
  const {output, code} = await outputOf(command, textsOf(exec, 'args'), env, interactive, run)
  if (code !== 0) {
    throw new UserError(`the credential plugin ${command} failed with exit code ${code ?? 'none'}`, {
      hint: 'Its own message is above; run it manually for details.',
    })
  }
  return readCredential(output, command, apiVersion)
}

function outputOf(
  command: string,
  args: readonly string[],
  env: Environment,
  interactive: boolean,
  run: PluginRun,
): Promise<{output: string; code: number | null}> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: {...env},
      stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'inherit'],
      ...definedFields({signal: run.signal}),
    })
    let output = ''
    let ended = false
    /** What the plugin left running may hold its output open; nothing is read of that, and the program can end. */
    const finish = (outcome: () => void) => {
      if (ended) return
      ended = true
      clearTimeout(timer)
      child.stdout?.removeAllListeners('data').destroy()
      child.unref()
      outcome()
    }
    const fail = (error: UserError) => {
      child.kill('SIGKILL')
      finish(() => reject(error))
    }
    const late = () =>
      fail(new UserError(`the credential plugin ${command} did not answer within ${LIMITS.pluginMs / 1000} s`))
    const timer = interactive ? undefined : setTimeout(late, LIMITS.pluginMs)
    let exitCode: number | null | undefined
    let grace: NodeJS.Timeout | undefined
    const settle = () => {
      if (exitCode === undefined) return
      clearTimeout(grace)
      const code = exitCode
      grace = setTimeout(() => finish(() => resolve({output, code})), LIMITS.pluginAfterExitMs)
    }
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
      if (output.length > LIMITS.pluginOutputBytes)
        fail(new UserError(`the credential plugin ${command} printed more than 1 MiB`))
      else settle()
    })
    child.on('error', error => finish(() => reject(cannotStart(command, error, textOf(run.exec, 'installHint')))))
    child.on('exit', code => {
      exitCode = code
      settle()
    })
    child.on('close', code => {
      clearTimeout(grace)
      finish(() => resolve({output, code}))
    })
  })
}

function cannotStart(command: string, error: NodeJS.ErrnoException, installHint: string | undefined): UserError {
  if (error.code !== 'ENOENT') return new UserError(`the credential plugin ${command} cannot be run: ${error.message}`)
  return new UserError(`the credential plugin ${command} is not installed`, {
    hint: installHint?.trim() || 'The kubeconfig gets its credentials from this program; install it or add it to PATH.',
  })
}

function readCredential(output: string, command: string, apiVersion: string): PluginCredential {
  let json: unknown
  try {
    json = JSON.parse(output)
  } catch {
    json = undefined
  }
  // The output may contain a token, so it is never printed.
  if (!isObject(json))
    throw new UserError(`the credential plugin ${command} printed something that is not an ExecCredential`)
  const version = textOf(json, 'apiVersion')
  if (version !== apiVersion) {
    throw new UserError(
      `the credential plugin ${command} answered with version ${version ?? '(none)'}, but the kubeconfig requires ${apiVersion}`,
    )
  }
  const status = objectOf(json, 'status')
  const token = textOf(status, 'token')
  const certificate = textOf(status, 'clientCertificateData')
  const key = textOf(status, 'clientKeyData')
  if ((certificate === undefined) !== (key === undefined) || (token === undefined && certificate === undefined)) {
    throw new UserError(`the credential plugin ${command} returned neither a token nor a certificate with its key`)
  }
  const expires = Date.parse(textOf(status, 'expirationTimestamp') ?? '')
  return {
    token,
    ...(certificate === undefined || key === undefined ? {} : {certificate, key}),
    ...definedFields({expiresAtMs: Number.isNaN(expires) ? undefined : expires}),
  }
}
