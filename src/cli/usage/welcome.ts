import {pathToFileURL} from 'node:url'
import {objectOf, textOf} from '../../formats/decode.js'
import {renderDoc} from '../../terminal/render.js'
import {readManifest} from '../manifest.js'
import {layoutFor} from '../output/streams.js'
import {rootHelp} from './root-help.js'
import {readSurface} from './surface.js'

const DOCS = 'https://github.com/meshctl/meshctl/tree/main/docs'

/** The help of the program in the folder `root`, laid out for a stream. */
export function programHelp(root: string, bin: string, stream: NodeJS.WriteStream): string {
  const topics = Object.entries(objectOf(readManifest(root).oclif, 'topics') ?? {})
  const described = new Map(topics.map(([name, topic]) => [name, textOf(topic, 'description') ?? '']))
  const layout = layoutFor(stream, 'auto', true, process.env)
  return renderDoc(rootHelp(readSurface(pathToFileURL(`${root}/`)), described, {bin, docs: DOCS}), layout)
}

/** The three lines that the name of the program alone answers. */
export function greeting(bin: string): string {
  return [
    `${bin} finds out why an Istio/Envoy service mesh misbehaves.`,
    `Without a cluster: ${bin} tour, or ${bin} check -n demo --from sample`,
    `On your cluster: ${bin} check; for all commands: ${bin} --help`,
    '',
  ].join('\n')
}
