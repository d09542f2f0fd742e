import { type Network, readNetwork } from '../../lib/networks.ts';
import type { Notes } from '../notes.ts';
import type { ServiceExtra } from '../table/service.ts';

/** The proxies whose `X-Forwarded-For` is believed, as they are written. */
export function proxiesOf({ router = {} }: ServiceExtra): readonly string[] {
  const { forwarded_by_client_ip: isOn = true, trusted_proxies: proxies = [] } = router;
  return isOn ? proxies : [];
}

/** The networks of these proxies; texts that are no network are noted. */
export function trustedProxiesOf(serviceNotes: Notes, service: ServiceExtra): Network[] {
  const { forwarded_by_client_ip: isOn = true, remote_ip_headers: headers } = service.router ?? {};
  const place = serviceNotes.at('router').at('trusted_proxies');
  const proxies = proxiesOf(service);
  if (isOn && proxies.length === 0) {
    place.warn(
      'without it, KrakenD believes X-Forwarded-For from anybody; here the address is that of the connection',
    );
  }
  // By default, X-Real-IP is the second header that KrakenD reads.
  if (proxies.length > 0 && headers?.length !== 1) {
    place.warn(
      'KrakenD takes X-Real-IP where a proxy sends no X-Forwarded-For; here the address of such a request is that of the proxy',
    );
  }
  return proxies.flatMap((text, i) => readProxy(place.at(i), text) ?? []);
}

function readProxy(notes: Notes, text: string): Network | undefined {
  const network = readNetwork(text);
  if (network === undefined) {
    notes.refuse('KrakenD does not start with this; write an address or a network: 10.0.0.0/8');
  } else if (network.prefix === 0) {
    notes.refuse('anybody could say what its address is; name the proxies');
    return undefined;
  }
  return network;
}
