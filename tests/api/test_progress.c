/* The line that tells of a loop, as a terminal gets it and as a file does. */
#define _GNU_SOURCE 1
#include "base/thread.h"
#include "wick/train.h"
#include "wick_check.h"
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

WICK_ON_CPU("it makes no tensors")

/* A terminal of so many columns: what is written to `out` can be read from `screen`. */
typedef struct terminal {
    int screen;
    FILE *out;
    char text[8192];
} terminal;

static terminal open_terminal(unsigned short columns)
{
    terminal t = { .screen = posix_openpt(O_RDWR | O_NOCTTY) };
    CHECK(t.screen >= 0 && grantpt(t.screen) == 0 && unlockpt(t.screen) == 0);
    t.out = fopen(ptsname(t.screen), "w");
    CHECK(t.out != NULL);
    const struct winsize size = { .ws_col = columns, .ws_row = 24 };
    struct termios plain;
    CHECK(ioctl(fileno(t.out), TIOCSWINSZ, &size) == 0 && tcgetattr(fileno(t.out), &plain) == 0);
    plain.c_oflag &= ~(tcflag_t)OPOST;
    CHECK(tcsetattr(fileno(t.out), TCSANOW, &plain) == 0);
    setenv("TERM", "xterm", 1);
    fcntl(t.screen, F_SETFL, O_NONBLOCK);
    fcntl(fileno(t.out), F_SETFL, O_NONBLOCK); /* too much is lost and not waited for */
    return t;
}

/* All that has been drawn since the last look. */
static const char *look(terminal *t)
{
    size_t n = 0;
    for (ssize_t got; (got = read(t->screen, t->text + n, sizeof t->text - 1 - n)) > 0;) n += (size_t)got;
    t->text[n] = 0;
    return t->text;
}

static void close_terminal(terminal *t)
{
    fclose(t->out);
    close(t->screen);
}

/* The last line drawn, which must begin by taking the one before back. */
static const char *last_line(terminal *t)
{
    static const char back[] = "\r\033[K";
    const char *all = look(t), *line = NULL;
    CHECK(!strchr(all, '\n'));
    for (const char *at = all; (at = strstr(at, back)); at++) line = at + strlen(back);
    CHECK(line != NULL);
    return line;
}

TEST(progress, tells_share_rate_and_time_left_on_a_terminal)
{
    terminal t = open_terminal(100);
    wk_progress line = wk_progress_init(.out = t.out, .total = 40, .unit = "rows", .per_step = 64, .every = 1e-9);
    const double start = wki_clock();
    for (int i = 0; i < 10; i++) {
        wk_progress_step(&line, "epoch %d/%d\tloss %.2f", 1, 2, 0.5);
        usleep(2000);
    }
    const double took = wki_clock() - start;
    const char *said = last_line(&t);
    const char begin[] = "epoch 1/2 ======..................  25 %  loss 0.50  ";
    double rate, left;
    char unit[16], plain[64] = "", *end = plain;
    CHECK(!strncmp(said, begin, sizeof begin - 1));
    for (const char *at = said + sizeof begin - 1; *at && end < plain + sizeof plain - 1; at++)
        if (*at != ',') *end++ = *at;
    CHECK(sscanf(plain, "%lf %15s %lf", &rate, unit, &left) == 3);
    CHECK(rate > 0.99 * 64 * 9 / took && rate < 64 / 0.002); /* steps of 2 ms or, on a busy machine, more */
    CHECK(!strcmp(unit, "rows/s") && strstr(said, " left"));
    wk_progress_clear(&line);
    ck_assert_str_eq(look(&t), "\r\033[K");
    wk_progress_clear(&line);
    ck_assert_str_eq(look(&t), "");
    close_terminal(&t);
}

TEST(progress, the_rate_leaves_the_first_step_out)
{
    terminal t = open_terminal(100);
    wk_progress line = wk_progress_init(.out = t.out, .total = 4, .every = 1e-9, .done = 1);
    usleep(50000); /* before the loop */
    const double start = wki_clock();
    wk_progress_step(&line, NULL);
    ck_assert_str_eq(look(&t), "");
    usleep(200000);
    wk_progress_step(&line, NULL);
    const double took = wki_clock() - start;
    const char *said = last_line(&t);
    double rate;
    CHECK(sscanf(strchr(said, '%') + 1, " %lf steps/s", &rate) == 1);
    CHECK(strstr(said, "  75 %") && rate < 5.01 && rate > 0.9 / took);
    close_terminal(&t);
}

TEST(progress, gives_way_to_a_narrow_terminal)
{
    static const int columns[] = { 70, 40, 38, 25, 10, 2 };
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        terminal t = open_terminal((unsigned short)columns[i]);
        wk_progress line = wk_progress_init(.out = t.out);
        wk_progress_show(&line, 0.5, "reading %s\tof %d files", "digits.h5", 12);
        const char *said = last_line(&t);
        CHECK((int)strlen(said) <= columns[i] - 1);
        CHECK(!strncmp(said, "reading digits.h5", strlen(said) < 17 ? strlen(said) : 17));
        if (columns[i] >= 40) CHECK(strstr(said, "=.") && strstr(said, "  50 %  of 12 files"));
        if (columns[i] == 38) CHECK(!strcmp(said, "reading digits.h5   50 %  of 12 files"));
        close_terminal(&t);
    }
}

TEST(progress, cuts_no_character_in_two)
{
    if (!setlocale(LC_CTYPE, "C.UTF-8")) return;
    terminal t = open_terminal(8);
    wk_progress line = wk_progress_init(.out = t.out);
    wk_progress_show(&line, 0.5, "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc");
    ck_assert_str_eq(last_line(&t), "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4");
    close_terminal(&t);
    t = open_terminal(40);
    line = wk_progress_init(.out = t.out);
    wk_progress_show(&line, 0.5, "a");
    const char *said = last_line(&t);
    int full = 0, empty = 0;
    for (const char *at = said; (at = strstr(at, "\xe2\x94\x81")); at++) full++;
    for (const char *at = said; (at = strstr(at, "\xe2\x94\x80")); at++) empty++;
    CHECK(full == 12 && empty == 12);
    close_terminal(&t);
    setlocale(LC_CTYPE, "C");
}

TEST(progress, draws_no_more_often_than_asked)
{
    terminal t = open_terminal(80);
    wk_progress line = wk_progress_init(.out = t.out, .total = 1000);
    for (int i = 0; i < 1000; i++) wk_progress_step(&line, "quick");
    CHECK(strlen(look(&t)) < 5 * 80); /* of 1000 */
    wk_progress_clear(&line);
    close_terminal(&t);
}

TEST(progress, is_silent_where_there_is_no_terminal_unless_asked)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    wk_progress quiet = wk_progress_init(.out = out, .total = 10, .every = 1e-9), none = wk_progress_init(.total = 10);
    wk_progress asked = wk_progress_init(.out = out, .total = 10, .every = 1e-9, .always = true, .unit = "batches");
    for (int i = 0; i < 3; i++) {
        wk_progress_step(&quiet, "quiet");
        wk_progress_step(&none, "none");
        wk_progress_step(&asked, "step %d\tloss 1", i);
    }
    wk_progress_show(&quiet, 0.5, "quiet");
    wk_progress_clear(&quiet);
    wk_progress_clear(&asked);
    fclose(out);
    CHECK(!strncmp(text, "step 1  20 %  loss 1  ", 22) && strstr(text, " batches/s  ") && !strchr(text, '\r'));
    const char *second = strchr(text, '\n') + 1;
    CHECK(!strncmp(second, "step 2  30 %", 12) && strchr(second, '\n') == text + bytes - 1);
    CHECK(quiet.done == 3 && none.done == 3);
    free(text);
    setenv("TERM", "dumb", 1);
    terminal t = open_terminal(80);
    setenv("TERM", "dumb", 1); /* a terminal that takes nothing back */
    wk_progress line = wk_progress_init(.out = t.out);
    wk_progress_show(&line, 0.5, "dumb");
    ck_assert_str_eq(look(&t), "");
    close_terminal(&t);
}

TEST(progress, of_unknown_length_tells_the_rate_alone)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    wk_progress line = wk_progress_init(.out = out, .always = true, .every = 1e-9);
    for (int i = 0; i < 2; i++) wk_progress_step(&line, "rows");
    fclose(out);
    CHECK(!strncmp(text, "rows  ", 6) && strstr(text, " steps/s\n") && !strchr(text, '%'));
    free(text);
    wk_progress_step(NULL, "x");
    CHECK_ERROR(WK_E_INVALID, "progress_step", "p");
}

TEST(progress, starts_the_same_without_the_macro)
{
    const wk_progress by_name = wk_progress_init(.unit = "rows"), plain = wk_progress_default();
    CHECK(plain.per_step == by_name.per_step && plain.total == 0 && !plain.out && !strcmp(plain.unit, "steps"));
}

WICK_TEST_MAIN
