/* Reads the derivatives of ops.def. The language is a corner of C: + - * / ?: comparisons, whole numbers, real(0.5),
 * the letters x a b y g s t, and calls of rows; what would mean something else in C is refused. Every operator is a row
 * too: + is add, < is lt, c ? p : q is where. Rests on the table of rows; playing needs the recorded ops. */
#include "autograd/formula.h"
#include "base/error.h"
#include "base/thread.h"
#include <ctype.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Reading: a function a level of precedence, each gives the index of its step. An error empties the text, which ends
 * all loops. */
typedef struct reader {
    const char *at, *error;
    wki_formula *out;
} reader;

static int refuse(reader *r, const char *why)
{
    if (!r->error) r->error = why;
    r->at = "";
    return 0;
}

static bool eat(reader *r, const char *sign)
{
    while (*r->at == ' ') r->at++;
    size_t n = strlen(sign);
    if (strncmp(r->at, sign, n)) return false;
    r->at += n;
    return true;
}

static int emit(reader *r, wki_step step)
{
    wki_formula *f = r->out;
    for (int i = 0; i < f->count; i++) {
        const wki_step *s = &f->step[i];
        if (s->kind == step.kind && s->row == step.row && s->number == step.number &&
            !memcmp(s->arg, step.arg, sizeof s->arg))
            return i;
    }
    if (f->count == WKI_FORMULA_STEPS) return refuse(r, "too long");
    f->step[f->count] = step;
    return f->count++;
}

static bool is_truth(const wki_formula *f, int i)
{
    const wki_step *s = &f->step[i];
    return s->kind == '(' && wki_row_table[s->row].kind == WKI_KIND_TRUTH;
}

/* Would C compute this step in int? Whole numbers, their sums and products, and choices among such. */
static bool is_int(const wki_formula *f, int i)
{
    const wki_step *s = &f->step[i];
    if (s->kind != '(') return s->kind == '1';
    switch (s->row) {
    case WKI_ROW_neg: return is_int(f, s->arg[0]);
    case WKI_ROW_add:
    case WKI_ROW_sub:
    case WKI_ROW_mul: return is_int(f, s->arg[0]) && is_int(f, s->arg[1]);
    case WKI_ROW_where: return is_int(f, s->arg[1]) && is_int(f, s->arg[2]);
    default: return false;
    }
}

static int emit_call(reader *r, int row, const int *args, int count)
{
    const wki_row *called = &wki_row_table[row];
    wki_step step = { .kind = '(', .row = row };
    if (called->numbers) return refuse(r, "a row with plain numbers cannot be called");
    if (count != __builtin_popcount((unsigned)called->operands)) return refuse(r, "wrong number of operands");
    for (int i = 0; i < count; i++) {
        if (is_truth(r->out, args[i]) != (row == WKI_ROW_where && i == 0) && r->out->step[args[i]].kind != 'x')
            return refuse(r, "a comparison, and only that, stands before '?'");
        step.arg[i] = (uint8_t)args[i];
    }
    if (row == WKI_ROW_div && is_int(r->out, args[0]) && is_int(r->out, args[1]))
        return refuse(r, "C would divide integers");
    return emit(r, step);
}

static int choice(reader *r);

static int number_literal(reader *r, char kind)
{
    char *end;
    double value = strtod(r->at, &end);
    if (end == r->at) return refuse(r, "a number expected");
    bool whole = end == r->at + strspn(r->at, "0123456789");
    if (kind == '1' && !whole) return refuse(r, "a double in a float loop: write real(0.5)");
    r->at = end;
    return emit(r, (wki_step){ .kind = kind, .number = value });
}

static int call(reader *r, const char *name)
{
    int args[3], count = 0, row = wki_row_named(name), made;
    if (!strcmp(name, "real"))
        made = number_literal(r, '.');
    else {
        do args[count++] = choice(r);
        while (count < 3 && eat(r, ","));
        made = row < 0 ? refuse(r, "no row of this name") : emit_call(r, row, args, count);
    }
    return eat(r, ")") ? made : refuse(r, "')' expected");
}

static int word(reader *r)
{
    static const char letters[] = "xabygst";
    static const int reads[] = { WKI_READS_X, WKI_READS_A, WKI_READS_B, WKI_READS_Y,
                                 WKI_READS_G, WKI_READS_S, WKI_READS_T };
    char name[24] = "";
    for (size_t n = 0; n < sizeof name - 1 && (isalnum((unsigned char)*r->at) || *r->at == '_'); n++)
        name[n] = *r->at++;
    if (eat(r, "(")) return call(r, name);
    const char *letter = *name && !name[1] ? strchr(letters, *name) : NULL;
    if (!letter) return refuse(r, "not a letter, a call or a number");
    r->out->reads |= reads[letter - letters];
    return emit(r, (wki_step){ .kind = *name });
}

static int primary(reader *r)
{
    if (eat(r, "-")) return emit_call(r, WKI_ROW_neg, (const int[]){ primary(r) }, 1);
    if (isdigit((unsigned char)*r->at)) return number_literal(r, '1');
    if (!eat(r, "(")) return word(r);
    int inner = choice(r);
    return eat(r, ")") ? inner : refuse(r, "')' expected");
}

/* Left-associative operators, loosest level first; within a level longer signs before their beginnings. */
static int eat_operator(reader *r, int level)
{
    static const struct {
        int level, row;
        const char *sign;
    } operators[] = { { 0, WKI_ROW_le, "<=" }, { 0, WKI_ROW_ge, ">=" }, { 0, WKI_ROW_eq, "==" },
                      { 0, WKI_ROW_ne, "!=" }, { 0, WKI_ROW_lt, "<" },  { 0, WKI_ROW_gt, ">" },
                      { 1, WKI_ROW_add, "+" }, { 1, WKI_ROW_sub, "-" }, { 2, WKI_ROW_mul, "*" },
                      { 2, WKI_ROW_div, "/" } };
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (operators[i].level == level && eat(r, operators[i].sign)) return operators[i].row;
    return -1;
}

static int binary(reader *r, int level)
{
    if (level > 2) return primary(r);
    int args[2] = { binary(r, level + 1), 0 };
    for (int row; (row = eat_operator(r, level)) >= 0;) {
        args[1] = binary(r, level + 1);
        args[0] = emit_call(r, row, args, 2);
    }
    return args[0];
}

static int choice(reader *r)
{
    int args[3] = { binary(r, 0), 0, 0 };
    if (!eat(r, "?")) return args[0];
    args[1] = choice(r);
    if (!eat(r, ":")) return refuse(r, "':' expected");
    args[2] = choice(r);
    return emit_call(r, WKI_ROW_where, args, 3);
}

const char *wki_formula_read(const char *text, wki_formula *out)
{
    *out = (wki_formula){ .count = 0 };
    reader r = { text, NULL, out };
    int result = choice(&r);
    if (!r.error && (eat(&r, ""), *r.at)) refuse(&r, "text after the end");
    if (!r.error && is_truth(out, result)) refuse(&r, "a comparison is no derivative");
    out->zero = !strcmp(text, "0");
    out->passes = !strcmp(text, "g");
    return r.error;
}

const wki_formula *wki_formula_of(int row, int slope)
{
    static wki_formula formulas[WKI_ROW_COUNT][3];
    static atomic_bool ready[WKI_ROW_COUNT][3];
    static wki_mutex reading = WKI_MUTEX_INIT;
    const int k = slope - 1;
    const char *text = wki_row_table[row].slope[k], *error = NULL;
    if (!text) return NULL;
    if (!atomic_load_explicit(&ready[row][k], memory_order_acquire)) {
        wki_lock(&reading);
        if (!atomic_load_explicit(&ready[row][k], memory_order_relaxed)) {
            error = wki_formula_read(text, &formulas[row][k]);
            atomic_store_explicit(&ready[row][k], !error, memory_order_release);
        }
        wki_unlock(&reading);
    }
    wki_check(!error, NULL, WK_E_STATE, wki_row_table[row].name, "the derivative \"%s\" cannot be read: %s", text,
              error);
    return &formulas[row][k];
}

static wk_tensor *play_call(const wki_step *s, wk_tensor *const *made)
{
    wk_tensor *in[3] = { NULL };
    for (int k = 0, n = 0; k < 3; k++)
        if (wki_row_table[s->row].operands >> k & 1) in[k] = made[s->arg[n++]];
    return wki_row_apply(s->row, in[0], in[1], in[2], 0, 0);
}

wk_tensor *wki_formula_play(const wki_formula *f, wk_tensor *x, wk_tensor *a, wk_tensor *b, wk_tensor *y, wk_tensor *g,
                            double s, double t)
{
    wk_tensor *made[WKI_FORMULA_STEPS];
    for (int i = 0; i < f->count; i++) {
        const wki_step *step = &f->step[i];
        double number = step->number;
        switch (step->kind) {
        case 'x': made[i] = x; continue;
        case 'a': made[i] = a; continue;
        case 'b': made[i] = b; continue;
        case 'y': made[i] = y; continue;
        case 'g': made[i] = g; continue;
        case '(': made[i] = play_call(step, made); continue;
        case 's': number = s; break;
        case 't': number = t; break;
        }
        made[i] = wk_to_device(wk_scalar(number, wk_dtype_of(g)), wk_device_of(g));
    }
    return made[f->count - 1];
}
