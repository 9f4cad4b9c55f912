import {setTimeout} from 'node:timers/promises'
import {Flags} from '@oclif/core'
import type {CommandNeeds} from '../src/cli/command-needs.js'
import {podArgument} from '../src/cli/flags/args.js'
import {durationMs, fileFlag, selectorFlag, watchFlags} from '../src/cli/flags/flags.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {example} from '../src/cli/usage/example.js'
import {statsReport} from '../src/reports/stats/report.js'
import {changesView, statsView} from '../src/reports/stats/view.js'
import {formsOf} from '../src/reports/view.js'

export default class Stats extends MeshCommand {
  static override summary = "Show the statistics of a pod's Envoy: requests, errors and times per upstream"
  static override aliases = ['envoy-stats', 'es']
  static override examples = [
    example('Show requests and errors per upstream', 'stats deploy/productpage-v1 -n demo --from sample'),
    example('Show what changes every five seconds', 'stats deploy/productpage-v1 --watch --interval 5s'),
    example('Read saved statistics, and print JSON', 'stats -f stats.txt -o json'),
  ]
  static override forms = formsOf(changesView, statsView)
  static override needs: CommandNeeds = {
    reads: "Envoy's /stats",
    aboutProxy: true,
    cluster: {needs: ['pods', 'forward'], more: ['workloads']},
  }
  static override args = podArgument
  static override flags = {
    file: fileFlag,
    selector: selectorFlag,
    ...watchFlags,
    interval: Flags.string({
      helpGroup: 'OUTPUT',
      helpValue: 'DURATION',
      default: '5s',
      description: 'time between two reads of --watch, which prints what changed between them',
    }),
  }

  protected override readonly watchesItself = true

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Stats)
    const interval = Math.max(500, durationMs(flags.interval))
    await this.withSubject(flags, args.pod, async (source, pod) => {
      let last = await statsReport(source, pod)
      if (!flags.watch || !source.traits.live) return await this.print(flags, last, statsView)
      for (;;) {
        await setTimeout(interval)
        const next = await statsReport(source, pod)
        this.startRound(flags.interval)
        await this.print(flags, {...next, since: last.upstreams}, changesView)
        last = next
      }
    })
  }
}
