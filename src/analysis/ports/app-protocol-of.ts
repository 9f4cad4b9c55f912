import {APP_PROTOCOLS, type AppProtocol} from '../../model/istio/app-protocols.js'

/** The name of an image, without registry and tag: `docker.io/library/mysql:8` is mysql. */
export function imageName(image: string): string {
  return (image.split('/').at(-1) ?? '').replace(/[:@].*$/, '')
}

/** A port of a container if known. */
export interface PortSigns {
  readonly port: number
  readonly image: string
  /** Names of the container port and of the Service port. */
  readonly names: readonly string[]
}

function isNamed({names = []}: AppProtocol, signs: PortSigns): boolean {
  return names.some(word =>
    signs.names.some(name => name.toLowerCase().split('-').includes(word) || name.toLowerCase() === word),
  )
}

/** The protocol that is spoken on the port: by its number, where that is shared by its image or its name too; the image's own protocol comes first. */
export function appProtocolOf(signs: PortSigns): AppProtocol | undefined {
  const image = imageName(signs.image)
  const made = APP_PROTOCOLS.filter(({images = []}) => images.includes(image))
  const own = made.find(({ports, sharedPorts = []}) => [...ports, ...sharedPorts].includes(signs.port))
  if (own !== undefined) return own
  const numbered = APP_PROTOCOLS.find(({ports}) => ports.includes(signs.port))
  if (numbered !== undefined) return numbered
  return APP_PROTOCOLS.find(each => (each.sharedPorts ?? []).includes(signs.port) && isNamed(each, signs))
}

/** Ports on which the server speaks first: detection of the protocol waits for the client there. */
export const SERVER_FIRST_PORTS: readonly number[] = APP_PROTOCOLS.filter(
  ({speaksFirst}) => speaksFirst === 'server',
).flatMap(({ports}) => ports)

/** Images in which nothing serves HTTP on a port it declares. */
export const IMAGES_WITHOUT_HTTP: readonly string[] = APP_PROTOCOLS.filter(({nothingElse}) => nothingElse).flatMap(
  ({images = []}) => images,
)
