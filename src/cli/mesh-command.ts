import {Command} from '@oclif/core'
import {definedFields} from '../model/collections/defined-fields.js'
import {gapSentences} from '../model/evidence/answer.js'
import type {TableKind} from '../model/evidence/pasted-table.js'
import {UserError} from '../model/evidence/user-error.js'
import type {PodRef} from '../model/kube/kube-object.js'
import {shellWord} from '../model/text/shell-word.js'
import type {TableFilter} from '../reports/pasted-table/report.js'
import {type Report, reportExitCode, withAllGaps} from '../reports/report.js'
import {type Form, isDocForm, TEMPLATE_FORMS, type View} from '../reports/view.js'
import type {Source} from '../sources/source.js'
import type {Target} from '../sources/subject.js'
import {escapeLines} from '../terminal/escape.js'
import {type CommandNeeds, NO_NEEDS} from './command-needs.js'
import {explainError} from './errors.js'
import {type AnswerQueue, answerQueue, contextsIn, inEachContext, refuseSeveral} from './flags/contexts.js'
import {commonFlags, durationMs, readTime} from './flags/flags.js'
import {type CommonFlags, openFor, type SubjectFlags} from './input/open-for.js'
import {pastedTable} from './input/pasted-table.js'
import {refuseFileOfPods} from './input/wrong-file.js'
import {rendered} from './output/output.js'
import {chosenForm, type OutputSpec, outputSpecs, writeOutputs} from './output/outputs.js'
import {layoutFor, remark, write} from './output/streams.js'
import {booleanSpelling} from './usage/boolean-spelling.js'
import {inOwnWords} from './usage/own-words.js'

/** Output forms for machines: gaps always go to standard error. */
const PLAIN_DATA: readonly Form[] = ['raw', 'json', 'yaml', 'name', 'csv', ...TEMPLATE_FORMS]

const MAY_ADD_CONTAINER = 'On a live cluster --debug-container adds an ephemeral container that can read kernel rules.'

function refuseBoth(flags: SubjectFlags, pod: string | undefined, command: string): void {
  if (flags.file !== undefined && (pod !== undefined || flags.selector !== undefined)) {
    const objects = [flags.file].flat()[0] ?? 'FILE'
    throw new UserError('specify a pod or a file with -f, not both', {
      hint: 'A file of Kubernetes objects or a bundle in which the pod is to be found goes behind --from.',
      ...definedFields({
        next: pod === undefined ? undefined : `meshctl ${command} ${shellWord(pod)} --from ${shellWord(objects)}`,
      }),
    })
  }
}

function targetOf(flags: SubjectFlags, pod: string | undefined): Target {
  return {name: pod, namespace: flags.namespace, selector: flags.selector, allNamespaces: flags['all-namespaces']}
}

/** Runs a query; if its pod has no sidecar, that is the error rather than the missing evidence. */
async function explained(source: Source, pods: readonly PodRef[], ask: () => Promise<void>): Promise<void> {
  try {
    await ask()
  } catch (error) {
    const [pod] = pods
    if (pod === undefined || pods.length > 1) throw error
    const {explainedBySidecar} = await import('../evidence/pod/no-sidecar.js')
    throw await explainedBySidecar(error, source, pod)
  }
}

/** What every command shares: the common flags, opening and closing the source, printing a report, the exit code. */
export abstract class MeshCommand extends Command {
  static override baseFlags = commonFlags

  /** What the command reads and needs; each command declares its own. */
  static needs?: CommandNeeds

  /** The forms of its answers, as `-o` takes them; help and completion list them. */
  static forms?: readonly Form[]

  /** Answers of several clusters, printed one after the other. */
  private queue: AnswerQueue | undefined

  /** True for a command that has a --watch of its own. */
  protected readonly watchesItself: boolean = false

  /** The first line of a round of --watch. */
  private frame: string | undefined

  private get needs(): CommandNeeds {
    return (this.ctor as typeof MeshCommand).needs ?? NO_NEEDS
  }

  /** The command line as it was given, without the program. */
  private get words(): readonly string[] {
    return [...(this.id ?? '').split(':'), ...this.argv]
  }

  override async init(): Promise<void> {
    await super.init()
    const own = this.ctor as typeof Command
    this.argv = booleanSpelling(this.argv, {...own.baseFlags, ...own.flags})
  }

  /** No name of a command is deprecated; oclif's check would read the names of all. */
  protected override warnIfCommandDeprecated(): void {}

  /** Opens the source that the flags name, passes it to `use`, and always closes it; with --watch again and again. */
  protected async withSource(flags: SubjectFlags, use: (source: Source) => Promise<void>): Promise<void> {
    const contexts = flags.from === undefined || flags.from === 'cluster' ? contextsIn(flags.context) : []
    if (contexts.length > 1) return await this.withSources(contexts, flags, use)
    if (flags.watch !== true || this.watchesItself) return await this.withOpenSource(flags, use)
    const {watching} = await import('./output/watch.js')
    let live = false
    const round = async () => {
      await this.withOpenSource(flags, async source => {
        live = source.traits.live
        if (live) this.startRound(flags.interval)
        await use(source)
      })
      return live
    }
    const explain = (error: unknown) => explainError(error, this.config.version, flags.debug, this.words).text
    await watching(durationMs(flags.interval ?? '2s'), round, explain)
  }

  private async withSources(
    contexts: readonly string[],
    flags: SubjectFlags,
    use: (source: Source) => Promise<void>,
  ): Promise<void> {
    refuseSeveral(this.ctor.id, flags.watch === true, flags.output)
    const queue = answerQueue()
    this.queue = queue
    const failures = await inEachContext(
      contexts,
      context => this.withOpenSource({...flags, context}, use),
      error => explainError(error, this.config.version, flags.debug, this.words),
    )
    process.exitCode = queue.exitCode(failures)
  }

  private async withOpenSource(flags: SubjectFlags, use: (source: Source) => Promise<void>): Promise<void> {
    if (flags.file !== undefined && this.argv.some(word => word === '--from' || word.startsWith('--from='))) {
      throw new UserError('specify --from or -f, not both')
    }
    if (flags.at !== undefined) readTime(flags.at)
    const source = await openFor(flags, this.config.root, this.needs.reads !== undefined)
    try {
      for (const line of source.remarks ?? []) await this.note(flags, line)
      await use(source)
    } finally {
      await source.close()
    }
  }

  /** Opens the source and resolves the one pod of the query; prints its name to stderr when there was a choice. */
  protected async withSubject(
    flags: SubjectFlags,
    pod: string | undefined,
    use: (source: Source, pod: PodRef) => Promise<void>,
    shaped: (source: Source) => Source = source => source,
  ): Promise<void> {
    refuseBoth(flags, pod, this.ctor.id.replaceAll(':', ' '))
    await this.withSource(flags, async opened => {
      const source = shaped(opened)
      if (flags.file !== undefined)
        refuseFileOfPods(source, [flags.file].flat().join(', '), this.ctor.id, this.needs.reads)
      const {resolveSubject} = await import('../sources/subject.js')
      const target = {...targetOf(flags, pod), preferSidecar: this.needs.aboutProxy === true}
      const subject = await resolveSubject(source, target)
      if (subject.chosen !== undefined) await this.note(flags, subject.chosen)
      if (flags['debug-container'] === true) {
        const {requestDebugContainer: addDebugContainer} = await import('./input/debug-container.js')
        await addDebugContainer(source, subject.pod, flags['debug-image'])
      }
      await explained(source, [subject.pod], () => use(source, subject.pod))
    })
  }

  /** The same for every matching pod: all those of a workload or a selector. */
  protected async withSubjects(
    flags: SubjectFlags,
    pod: string | undefined,
    use: (source: Source, pods: readonly PodRef[]) => Promise<void>,
  ): Promise<void> {
    refuseBoth(flags, pod, this.ctor.id.replaceAll(':', ' '))
    await this.withSource(flags, async source => {
      const {resolveSubjects} = await import('../sources/subject.js')
      const pods = await resolveSubjects(source, targetOf(flags, pod))
      await explained(source, pods, () => use(source, pods))
    })
  }

  /** Prints a report in the requested form: data to stdout, gaps and notes to stderr, and sets the exit code. */
  protected async print<R extends Report>(
    flags: CommonFlags & {readonly sort?: string | undefined; readonly fix?: boolean},
    given: R,
    view: View<R>,
  ): Promise<void> {
    const report = withAllGaps(given)
    const specs = outputSpecs(flags.output, view, flags.fix)
    const exitCode = reportExitCode(report, flags['require-all'])
    process.exitCode = exitCode
    const print = () => this.printAs(specs, flags, report, view)
    if (this.queue === undefined) return await print()
    await this.queue.next(async () => {
      await this.headed(specs, report, view)
      await print()
      return exitCode
    })
  }

  /** The line above the answer of one of several clusters, in forms for people; YAML documents are separated. */
  private async headed<R extends Report>(specs: readonly OutputSpec[], report: R, view: View<R>): Promise<void> {
    const form = specs[0]?.form ?? view.usual ?? 'table'
    if (isDocForm(form)) await write(process.stdout, `${escapeLines(report.origin.label)}\n`)
    else if (form === 'yaml') await write(process.stdout, '---\n')
    await remark(`${report.origin.label}:`)
  }

  private async printAs<R extends Report>(
    specs: readonly OutputSpec[],
    flags: CommonFlags & {readonly sort?: string | undefined},
    report: R,
    view: View<R>,
  ): Promise<void> {
    const title = `meshctl ${(this.id ?? '').replaceAll(':', ' ')}`
    await writeOutputs(specs, report, view, title)
    const shown = specs.find(({file}) => file === undefined)
    // Nothing is shown, so nothing shows the gaps either.
    if (shown === undefined) return await this.remarks(report, view, 'json', flags.quiet)
    const {form, template} = await chosenForm(shown, view)
    const colour = flags['no-color'] ? 'never' : flags.color
    const plain = layoutFor(process.stdout, colour, !flags['no-headers'], process.env)
    // Tables are as istioctl's where a form was asked for, and in pipes.
    const layout = {...plain, fitTables: plain.fit === true && shown.form === undefined}
    const more = {sortBy: flags.sort, template, title}
    const bytes = await rendered(report, view, form, layout, process.stdout.isTTY, more)
    await write(process.stdout, typeof bytes === 'string' ? await this.framed(bytes, form) : bytes)
    await this.remarks(report, view, form, flags.quiet)
  }

  /** From now on a terminal is painted again by each answer, with this round's time above it. */
  protected startRound(interval: string | undefined): void {
    this.frame = `every ${interval}, ${new Date().toISOString()}, Ctrl-C ends`
  }

  /** The text of a round of --watch as the terminal shows it; any other text as it is. */
  private async framed(text: string, form: string): Promise<string> {
    if (this.frame === undefined) return text
    const {frameOf} = await import('./output/watch.js')
    return frameOf(text, process.stdout, this.frame, /^(?:table|wide|short)$/.test(form))
  }

  /** Prints a remark that -q leaves out. */
  protected async note(flags: CommonFlags, text: string): Promise<void> {
    if (!flags.quiet) await remark(text)
  }

  /** Prints the istioctl table a file holds instead of the page it was made from; false when there is none. */
  protected async printPasted(
    flags: SubjectFlags & {readonly sort?: string | undefined},
    source: Source,
    pod: PodRef,
    kind: TableKind,
    filter: TableFilter,
  ): Promise<boolean> {
    const at = flags.at === undefined ? new Date() : readTime(flags.at)
    const report = await pastedTable(source, pod, kind, filter, at)
    if (report === undefined) return false
    const {pastedTableView} = await import('../reports/pasted-table/view.js')
    await this.print(flags, report, pastedTableView)
    return true
  }

  /** True when a container of the pod may not read kernel rules, and the command could add one that may. */
  private couldAddContainer(report: Report): boolean {
    const flag = '--debug-container'
    const offered = Object.keys((this.ctor as typeof Command).flags ?? {}).includes(flag.slice('--'.length))
    return offered && !this.argv.includes(flag) && report.gaps.some(({reason}) => reason === 'no-privilege')
  }

  /** Prints to standard error what this output form omits. */
  protected async remarks<R extends Report>(report: R, view: View<R>, form: Form, onlyGaps = false): Promise<void> {
    if (!onlyGaps) for (const note of report.notes) await remark(note)
    const shown = view.showsGaps === true && !PLAIN_DATA.includes(form)
    const gaps = shown ? (view.unreportedGaps?.(report, form) ?? []) : report.gaps
    for (const sentence of gapSentences(gaps)) await remark(`not checked: ${sentence}`)
    if (!onlyGaps && this.couldAddContainer(report)) await remark(MAY_ADD_CONTAINER)
    if (report.next !== undefined && !onlyGaps) await remark(inOwnWords(report.next, this.words))
  }
}
