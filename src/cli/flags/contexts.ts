import {boundedMap} from '../../model/collections/bounded-map.js'
import {UserError} from '../../model/evidence/user-error.js'
import {EXIT, exitOfAll} from '../errors.js'
import {remark} from '../output/streams.js'

/** Clusters asked at once. */
const AT_ONCE = 8

/** Commands whose --context may name several clusters, each of which gets an answer of its own. */
const TAKE_SEVERAL: readonly string[] = ['check', 'proxy-status', 'certs', 'mtls', 'errors', 'version']

/** The contexts that --context names, comma-separated, each once. */
export function contextsIn(text: string | undefined): readonly string[] {
  const names = (text ?? '').split(',').map(each => each.trim())
  return [...new Set(names)].filter(each => each !== '')
}

/** Refuses several contexts where one answer is expected, and files that each answer would overwrite. */
export function refuseSeveral(id: string, watches: boolean, output: string | readonly string[] | undefined): void {
  if (watches || !TAKE_SEVERAL.includes(id))
    throw new UserError(`${id.replaceAll(':', ' ')}${watches ? ' --watch' : ''} takes one --context`, {
      hint: `Run it once for each. These take several: ${TAKE_SEVERAL.join(', ')}.`,
    })
  const file = [output ?? []].flat().find((each: string) => !each.startsWith('jsonpath') && each.includes('='))
  if (file !== undefined)
    throw new UserError(`-o ${file} with several contexts would overwrite one answer with the next`, {
      hint: 'Print them (-o json prints a document for each), or run the command once for each context.',
    })
}

/**
 * Asks the same of several clusters at once. A cluster that cannot answer is an error on stderr, and the others still answer; the exit code is the
 * gravest of all.
 */
export async function inEachContext(
  contexts: readonly string[],
  ask: (context: string) => Promise<void>,
  explain: (error: unknown) => {readonly text: string; readonly exitCode: number},
): Promise<readonly number[]> {
  const failures: number[] = []
  await boundedMap(contexts, AT_ONCE, async context => {
    try {
      await ask(context)
    } catch (error) {
      const {text, exitCode} = explain(error)
      failures.push(exitCode === EXIT.ok ? EXIT.cannotAnswer : exitCode)
      await remark(`context ${context}: ${text}`)
    }
  })
  return failures
}

/** Prints one answer after the other, and remembers the exit code of each. */
export interface AnswerQueue {
  next(print: () => Promise<number>): Promise<void>
  exitCode(failures: readonly number[]): number
}

/** An empty queue. */
export function answerQueue(): AnswerQueue {
  const codes: number[] = []
  let last: Promise<unknown> = Promise.resolve()
  return {
    async next(print) {
      const mine = last.then(print, print)
      last = mine
      codes.push(await mine)
    },
    exitCode: failures => exitOfAll([...codes, ...failures]),
  }
}
