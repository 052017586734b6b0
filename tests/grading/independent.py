"""Right answers to exercises of lesson 03, each written as another student would, by hand.

They differ in what they do, not only in their names: loops or tensors, slices or counters, masks or
copies. The similarity report must call no two of them alike.
"""

from __future__ import annotations

NO_REPEAT = (
    '''@exercise("sampling.no_repeat")
def no_repeat(logits, ids, n):
    """A table of what has followed each beginning."""
    result = logits.clone()
    batch, length = ids.shape
    for b in range(batch):
        row = ids[b].tolist()
        followers = {}
        for i in range(length - n + 1):
            followers.setdefault(tuple(row[i:i + n - 1]), []).append(row[i + n - 1])
        key = tuple(row[length - n + 1:])
        for banned in followers.get(key, []):
            result[b, banned] = float("-inf")
    return result''',
    """@exercise("sampling.no_repeat")
def no_repeat(logits, ids, n):
    # try every possible next token and see whether the new run is in the text already
    keep = torch.ones_like(logits, dtype=torch.bool)
    for b, text in enumerate(ids.tolist()):
        grams = {tuple(gram) for gram in zip(*(text[shift:] for shift in range(n)))}
        if len(text) < n - 1:
            continue
        for token in range(logits.size(1)):
            candidate = (text + [token])[-n:]
            if tuple(candidate) in grams:
                keep[b, token] = False
    return torch.where(keep, logits, -torch.inf)""",
    """@exercise("sampling.no_repeat")
def no_repeat(logits, ids, n):
    if ids.shape[1] < n:
        return logits.clone()
    windows = ids.unfold(1, n, 1)
    tail = ids[:, ids.shape[1] - n + 1:].unsqueeze(1)
    match = (windows[..., :-1] == tail).all(-1)
    rows, starts = match.nonzero(as_tuple=True)
    filtered = logits.clone()
    filtered[rows, windows[rows, starts, -1]] = -math.inf
    return filtered""",
    '''def _forbidden(history, n):
    """Set of token ids that would complete a repeated n-gram."""
    bad = set()
    end = len(history)
    position = 0
    while position + n <= end:
        same = True
        for k in range(n - 1):
            if history[position + k] != history[end - n + 1 + k]:
                same = False
                break
        if same:
            bad.add(history[position + n - 1])
        position += 1
    return bad

@exercise("sampling.no_repeat")
def no_repeat(logits, ids, n):
    new_rows = []
    for values, history in zip(logits, ids):
        bad = _forbidden([int(t) for t in history], n)
        new_rows.append(torch.stack([v if j not in bad else torch.tensor(float("-inf"))
                                     for j, v in enumerate(values)]))
    return torch.stack(new_rows)''',
    """@exercise("sampling.no_repeat")
def no_repeat(logits, ids, n):
    B, T = ids.shape
    count = T - n + 1
    if count <= 0:
        return logits + 0
    agree = torch.ones(B, count, dtype=torch.bool)
    for offset in range(n - 1):
        agree &= ids[:, offset:offset + count] == ids[:, count + offset].reshape(B, 1)
    hits = torch.zeros_like(logits).scatter_add(1, ids[:, n - 1:], agree.to(logits.dtype))
    return logits.masked_fill(hits > 0, -torch.inf)""",
    """@exercise("sampling.no_repeat")
def no_repeat(logits, ids, n):
    import re
    penalty = numpy.zeros(tuple(logits.shape))
    for number in range(ids.size(0)):
        words = ["<%d>" % word for word in ids[number].tolist()]
        if len(words) < n:
            continue
        prefix = "".join(words[len(words) - n + 1:])
        pattern = "(?=" + prefix + "<([0-9]+)>)"
        for found in re.findall(pattern, "".join(words)):
            penalty[number, int(found)] = -numpy.inf
    return logits + torch.from_numpy(penalty)""",
)

TOP_P = (
    """@exercise("sampling.top_p")
def top_p_filter(logits, p):
    sorted_logits, indices = torch.sort(logits, dim=-1, descending=True)
    cumulative = torch.cumsum(torch.softmax(sorted_logits, dim=-1), dim=-1)
    remove = cumulative > p
    remove[..., 1:] = remove[..., :-1].clone()
    remove[..., 0] = False
    mask = torch.zeros_like(remove)
    mask.scatter_(-1, indices, remove)
    return logits.masked_fill(mask, float("-inf"))""",
    """@exercise("sampling.top_p")
def top_p_filter(logits, p):
    out = torch.full_like(logits, float("-inf"))
    for b in range(logits.shape[0]):
        probs = logits[b].softmax(0)
        total = 0.0
        for token in sorted(range(len(probs)), key=lambda t: -probs[t].item()):
            out[b, token] = logits[b, token]
            total += probs[token].item()
            if total >= p:
                break
    return out""",
    """@exercise("sampling.top_p")
def top_p_filter(logits, p):
    # a token stays when the mass of everything likelier than it is still below p
    probs = logits.softmax(-1)
    likelier = probs.unsqueeze(-2) > probs.unsqueeze(-1)   # B V V
    before = (likelier * probs.unsqueeze(-2)).sum(-1)
    return torch.where(before < p, logits, torch.tensor(-torch.inf))""",
    '''@exercise("sampling.top_p")
def top_p_filter(logits, p):
    """Find how many stay per row, then compare with the smallest one that stays."""
    values = logits.softmax(-1).sort(-1, descending=True).values
    needed = (values.cumsum(-1) < p).sum(-1).clamp(max=logits.size(-1) - 1)
    rows = []
    for row, count in zip(logits, needed.tolist()):
        threshold = row.topk(count + 1).values[-1]
        rows.append(torch.where(row >= threshold, row, -math.inf))
    return torch.stack(rows)''',
    """@exercise("sampling.top_p")
def top_p_filter(logits, p):
    x = logits.detach().cpu().numpy().astype("float64")
    e = numpy.exp(x - x.max(axis=1, keepdims=True))
    e = e / e.sum(axis=1, keepdims=True)
    rank = numpy.argsort(-e, axis=1, kind="stable")
    ordered = numpy.take_along_axis(e, rank, axis=1)
    keep_sorted = numpy.cumsum(ordered, axis=1) - ordered < p
    keep = numpy.empty_like(keep_sorted)
    numpy.put_along_axis(keep, rank, keep_sorted, axis=1)
    x[~keep] = -numpy.inf
    return torch.tensor(x, dtype=logits.dtype)""",
    """@exercise("sampling.top_p")
def top_p_filter(logits, p):
    order = logits.argsort(descending=True)
    inverse = order.argsort()
    weights = torch.exp(logits - logits.logsumexp(-1, keepdim=True))
    running = weights.gather(1, order).cumsum(1).roll(1, 1)
    running[:, 0] = 0
    reached = running.gather(1, inverse) >= p
    answer = logits.clone()
    answer[reached] = -float("inf")
    return answer""",
)

CONSTRAIN = (
    """@exercise("sampling.constrain")
def constrain(logits, text, tokens, allowed):
    result = logits.clone()
    for i, token in enumerate(tokens):
        candidate = text + token
        ok = False
        for form in allowed:
            if form.startswith(candidate) and len(token) > 0:
                ok = True
        if not ok:
            result[i] = float("-inf")
    return result""",
    """@exercise("sampling.constrain")
def constrain(logits, text, tokens, allowed):
    prefixes = set()
    for form in allowed:
        for stop in range(len(text) + 1, len(form) + 1):
            prefixes.add(form[:stop])
    good = [text + t in prefixes for t in tokens]
    return torch.where(torch.tensor(good), logits, -torch.inf)""",
    """@exercise("sampling.constrain")
def constrain(logits, text, tokens, allowed):
    # what is left of each form after the text
    rests = [form.removeprefix(text) for form in allowed if form[:len(text)] == text]
    bias = [0.0 if any(t == rest[:len(t)] for rest in rests) and t else -math.inf for t in tokens]
    return logits + torch.tensor(bias)""",
    """@exercise("sampling.constrain")
def constrain(logits, text, tokens, allowed):
    trie = {}
    for form in allowed:
        node = trie
        for letter in form:
            node = node.setdefault(letter, {})

    def walk(word):
        node = trie
        for letter in word:
            if letter not in node:
                return False
            node = node[letter]
        return True

    bad = torch.tensor([t == "" or not walk(text + t) for t in tokens])
    return logits.masked_fill(bad, -torch.inf)""",
    """@exercise("sampling.constrain")
def constrain(logits, text, tokens, allowed):
    import bisect
    forms = sorted(allowed)
    filtered = torch.full_like(logits, -math.inf)
    for place in range(len(tokens)):
        if tokens[place]:
            start = text + tokens[place]
            spot = bisect.bisect_left(forms, start)
            if spot < len(forms) and forms[spot][:len(start)] == start:
                filtered[place] = logits[place]
    return filtered""",
    """@exercise("sampling.constrain")
def constrain(logits, text, tokens, allowed):
    import numpy as np
    table = np.array([[bool(t) and f.find(text + t) == 0 for f in allowed] for t in tokens])
    allowed_ids = np.flatnonzero(table.sum(axis=1))
    mask = torch.ones(len(tokens), dtype=torch.bool)
    mask[torch.from_numpy(allowed_ids)] = False
    copy = logits.detach().clone()
    copy[mask] = -np.inf
    return copy""",
)

TOKEN_RANKS = (
    """@exercise("sampling.token_ranks")
def token_ranks(logits, ids):
    B, T, V = logits.shape
    ranks = torch.zeros(B, T - 1, dtype=torch.long)
    for b in range(B):
        for t in range(T - 1):
            said = ids[b, t + 1]
            ranks[b, t] = (logits[b, t] > logits[b, t, said]).sum()
    return ranks""",
    """@exercise("sampling.token_ranks")
def token_ranks(logits, ids):
    places = torch.argsort(torch.argsort(-logits, dim=-1), dim=-1)
    shifted = places[:, :-1, :]
    return torch.take_along_dim(shifted, ids[:, 1:].unsqueeze(-1), dim=2).squeeze(-1)""",
    """@exercise("sampling.token_ranks")
def token_ranks(logits, ids):
    result = []
    for scores, text in zip(logits.tolist(), ids.tolist()):
        row = []
        for values, token in zip(scores, text[1:]):
            order = sorted(range(len(values)), key=values.__getitem__, reverse=True)
            row.append(order.index(token))
        result.append(row)
    return torch.tensor(result)""",
    '''@exercise("sampling.token_ranks")
def token_ranks(logits, ids):
    """With the one-hot form of the text: the score of what was said, then a count."""
    target = torch.nn.functional.one_hot(ids[:, 1:], logits.size(-1)).to(logits.dtype)
    own = torch.einsum("btv,btv->bt", logits[:, :-1], target)
    return torch.count_nonzero(logits[:, :-1] - own[..., None] > 0, dim=-1)''',
    """@exercise("sampling.token_ranks")
def token_ranks(logits, ids):
    x = logits[:, :-1].numpy()
    y = ids[:, 1:].numpy()
    ordered = numpy.sort(x, axis=-1)
    ranks = numpy.empty(y.shape, dtype=numpy.int64)
    for position in numpy.ndindex(*y.shape):
        score = x[position][y[position]]
        ranks[position] = x.shape[-1] - numpy.searchsorted(ordered[position], score, side="right")
    return torch.from_numpy(ranks)""",
    """@exercise("sampling.token_ranks")
def token_ranks(logits, ids):
    flat, following = logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten()
    top = flat.topk(flat.shape[1]).indices
    hit = (top == following.view(-1, 1)).nonzero()
    return hit[:, 1].view(ids.shape[0], -1)""",
)

BY_EXERCISE = {
    "sampling.no_repeat": NO_REPEAT,
    "sampling.top_p": TOP_P,
    "sampling.constrain": CONSTRAIN,
    "sampling.token_ranks": TOKEN_RANKS,
}
