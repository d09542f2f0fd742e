import { protocolSwitched } from '../upstream-error.ts';

type Coded = Error & { readonly code?: string };

const HUNG_UP = 'socket hang up';

/**
 * The error that Node's own client gives in place of undici's, so that both engines fail in the same words.
 */
export function asNodeError(error: Coded): Error {
  switch (error.code) {
    case 'UND_ERR_SOCKET':
      if (error.message === 'bad upgrade') return protocolSwitched();
      if (error.message === 'bad response') {
        return coded(
          'Parse Error: the upstream sent what it was not asked for',
          'HPE_INVALID_CONSTANT',
        );
      }
      return hungUp();
    case 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH':
    case 'HPE_INVALID_EOF_STATE':
      return hungUp();
    case 'UND_ERR_HEADERS_OVERFLOW':
      return headerOverflow();
    case 'UND_ERR_INVALID_ARG':
    case 'UND_ERR_NOT_SUPPORTED':
    case 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH':
      return coded(error.message, 'ERR_HTTP_INVALID_REQUEST');
    default:
      return error.name === 'HTTPParserError' ? unread(error) : error;
  }
}

/** What Node's client says of a connection that ended before an answer began. */
export function hungUp(): Error {
  return coded(HUNG_UP, 'ECONNRESET');
}

/** What Node's client says of a head that is too long. */
export function headerOverflow(): Error {
  return coded('Parse Error: Header overflow', 'HPE_HEADER_OVERFLOW');
}

/** A parse error without the unread bytes: an upstream may have sent a secret of the gateway back. */
function unread({ message, code }: Coded): Error {
  const why = /\((.*)\)$/.exec(message)?.[1] ?? message;
  return coded(`Parse Error: ${why}`, code ?? 'HPE_INVALID_RESPONSE');
}

function coded(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}

/** Whether undici failed to send a request for another reason than the request itself. */
export function isOfConnection({ code }: Coded): boolean {
  return code !== 'UND_ERR_INVALID_ARG' && code !== 'UND_ERR_NOT_SUPPORTED';
}

/** What Node's client says of an answer that has begun. */
export function cutOff(error: Coded): Error {
  return error.message === HUNG_UP ? coded('aborted', 'ECONNRESET') : error;
}
